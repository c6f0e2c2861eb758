package rest

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Words returns the memory of a structure as words. It is the one place that
// looks at a structure so: LayoutOf refuses types that hold pointers, and those
// whose size is no multiple of 8.
func Words[T any](v *T) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/8)
}

// Layout says which words of a structure are one number of 64 bits; the others
// hold several smaller fields.
type Layout []bool

// LayoutOf returns the Layout of T. It panics where T cannot be seen as words.
func LayoutOf[T any]() Layout {
	t := reflect.TypeFor[T]()
	if t.Size()%8 != 0 || t.Align() != 8 {
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
		l[at/8] = true
	case reflect.Bool, reflect.Int8, reflect.Uint8, reflect.Int16, reflect.Uint16, reflect.Int32, reflect.Uint32:
	default:
		panic(fmt.Sprintf("a %v cannot rest", t))
	}
}
