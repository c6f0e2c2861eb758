package rest

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// This file is the only one that accesses the memory of a structure. LayoutOf
// refuses types that hold pointers, and those whose size is not a multiple of 8;
// NearOf refuses fields that do not exist.

// Words returns the memory of a structure as words.
func Words[T any](v *T) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/8)
}

// Layout says which words of a structure are single 64-bit numbers; the others
// hold several smaller fields, or halves of such numbers (386, arm).
type Layout []bool

// LayoutOf returns the Layout of T. It panics if T cannot be seen as words.
func LayoutOf[T any]() Layout {
	t := reflect.TypeFor[T]()
	if t.Size()%8 != 0 {
		panic(fmt.Sprintf("%v is not made of words", t))
	}
	l := make(Layout, t.Size()/8)
	l.mark(t, 0)
	return l
}

func (l Layout) mark(t reflect.Type, at uintptr) {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			l.mark(t.Field(i).Type, at+t.Field(i).Offset)
		}
	case reflect.Array:
		for i := range t.Len() {
			l.mark(t.Elem(), at+uintptr(i)*t.Elem().Size())
		}
	case reflect.Int64, reflect.Uint64:
		if at%8 == 0 {
			l[at/8] = true
		}
	case reflect.Bool, reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32:
	default:
		panic(fmt.Sprintf("a %v cannot rest", t))
	}
}

// Near says that the number in one field is usually close to that in another, of
// the same structure or of another one.
type Near struct {
	at, to uintptr
	wide   bool // 64 bits rather than 32
}

// NearOf returns the Near for the field at of a T and the field to of a U. Fields
// are named as in "rtt.end" and "ends.0.start". It panics if there is no such
// field of 32 or 64 bits.
func NearOf[T, U any](at, to string) Near {
	x, size := field(reflect.TypeFor[T](), at)
	y, size2 := field(reflect.TypeFor[U](), to)
	if size != size2 || size != 4 && size != 8 {
		panic(fmt.Sprintf("%s is not near %s", at, to))
	}
	return Near{x, y, size == 8}
}

func field(t reflect.Type, path string) (offset, size uintptr) {
	for name := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(name); err == nil && t.Kind() == reflect.Array && i < t.Len() {
			t = t.Elem()
			offset += uintptr(i) * t.Size()
			continue
		}
		f, ok := t.FieldByName(name)
		if !ok || len(f.Index) > 1 {
			panic(fmt.Sprintf("no %s in %v", path, t))
		}
		t = f.Type
		offset += f.Offset
	}
	return offset, t.Size()
}

// FoldNear replaces numbers in x by their distances from those in y, one after the
// other: a field must come after those that are relative to it.
func FoldNear[T, U any](x *T, y *U, nears []Near) {
	for _, n := range nears {
		at, to := unsafe.Add(unsafe.Pointer(x), n.at), unsafe.Add(unsafe.Pointer(y), n.to)
		if n.wide {
			*(*uint64)(at) = foldTo(*(*uint64)(at), *(*uint64)(to))
		} else {
			*(*uint32)(at) = foldTo(*(*uint32)(at), *(*uint32)(to))
		}
	}
}

// UnfoldNear reverses FoldNear.
func UnfoldNear[T, U any](x *T, y *U, nears []Near) {
	for i := len(nears) - 1; i >= 0; i-- {
		n := nears[i]
		at, to := unsafe.Add(unsafe.Pointer(x), n.at), unsafe.Add(unsafe.Pointer(y), n.to)
		if n.wide {
			*(*uint64)(at) = unfoldTo(*(*uint64)(at), *(*uint64)(to))
		} else {
			*(*uint32)(at) = unfoldTo(*(*uint32)(at), *(*uint32)(to))
		}
	}
}
