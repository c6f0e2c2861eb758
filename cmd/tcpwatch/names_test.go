package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// declared returns what the module declares for all systems, tests included: each name by
// itself, after its package, and, of a method or a field, after its type.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for dir, p := range packages(t) {
		add := func(of string, name *ast.Ident) { all[name.Name], all[of+"."+name.Name] = true, true }
		for _, file := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", dir, file), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					of := p.Name
					if n.Recv != nil {
						typ := n.Recv.List[0].Type
						if star, ok := typ.(*ast.StarExpr); ok {
							typ = star.X
						}
						if name, ok := typ.(*ast.Ident); ok {
							of = name.Name
						}
					}
					add(of, n.Name)
				case *ast.ValueSpec:
					for _, name := range n.Names {
						add(p.Name, name)
					}
				case *ast.TypeSpec:
					add(p.Name, n.Name)
					if s, ok := n.Type.(*ast.StructType); ok {
						for _, field := range s.Fields.List {
							for _, name := range field.Names {
								add(n.Name.Name, name)
							}
						}
					}
				}
				return true
			})
		}
	}
	return all
}

// goName is what a text can only mean as a name of the code: capitals and small letters
// in one word, also with what it has behind a dot, or words joined by a dot before a capital.
var goName = regexp.MustCompile("`\\*?([a-z]+[A-Z][A-Za-z0-9]*|[A-Z]+[a-z][A-Za-z0-9]*(?:\\.[a-z][A-Za-z0-9]*)?|[A-Za-z]+(?:\\.[A-Z][A-Za-z0-9]*)+)`")

// TestDocumentsNameCode wants every name of the code in what is written for those who
// change it to be declared.
func TestDocumentsNameCode(t *testing.T) {
	all, found := declared(t), 0
	for _, doc := range []string{"ARCHITECTURE.md", "CONTRIBUTING.md"} {
		for _, m := range goName.FindAllStringSubmatch(readText(t, filepath.Join("..", "..", doc)), -1) {
			found++
			words := strings.Split(m[1], ".")
			known := len(words) > 1 || all[m[1]]
			for i := range words[1:] {
				known = known && all[words[i]+"."+words[i+1]]
			}
			if !known {
				t.Errorf("%s names %s, which is not declared", doc, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d names found: is the pattern right?", found)
	}
}
