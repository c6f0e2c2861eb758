package analyze

import (
	"reflect"
	"testing"
	"unsafe"
)

// TestWatchedSize bounds what a connection costs where somebody listens to
// Moments, and that it stays invisible to the garbage collector.
func TestWatchedSize(t *testing.T) {
	size := unsafe.Sizeof(watched{})
	t.Logf("%d octets a connection", size)
	if size > 176 {
		t.Errorf("watched takes %d octets", size)
	}
	var walk func(reflect.Type)
	walk = func(r reflect.Type) {
		switch r.Kind() {
		case reflect.Struct:
			for i := range r.NumField() {
				walk(r.Field(i).Type)
			}
		case reflect.Array:
			walk(r.Elem())
		case reflect.Pointer, reflect.Map, reflect.Slice, reflect.String, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("watched holds a %v", r)
		}
	}
	walk(reflect.TypeFor[watched]())
}

// TestUnwatched: nothing is remembered for Moments that nobody asks for.
func TestUnwatched(t *testing.T) {
	a := New(Config{})
	if i := a.newNote(); a.notes.At(i).watched != 0 {
		t.Error("a watched connection without a listener")
	}
	a = New(Config{Moment: func(*Moment) {}})
	i := a.newNote()
	w := a.notes.At(i).watched
	a.watching.At(w).cut = true
	a.dropNote(i)
	if j := a.newNote(); a.notes.At(j).watched != w || a.watching.At(w).cut {
		t.Error("what was remembered of a connection is not given up with it")
	}
}
