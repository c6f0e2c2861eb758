package main

import (
	"slices"
	"sync"

	"tcpwatch/lab/lesson"
)

// items is an unbounded queue of what a lesson has told and was not written yet.
// Adding to it never blocks.
type items struct {
	mu      sync.Mutex
	changed *sync.Cond
	list    []*lesson.Item
	over    bool
}

func newItems() *items {
	q := &items{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *items) put(i *lesson.Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	copied := *i
	if i.Row != nil {
		row := *i.Row
		copied.Row = &row
	}
	q.list = append(q.list, &copied)
	q.changed.Broadcast()
}

func (q *items) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.changed.Broadcast()
}

// next waits for an item; nil is the end.
func (q *items) next() *lesson.Item {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 && !q.over {
		q.changed.Wait()
	}
	if len(q.list) == 0 {
		return nil
	}
	i := q.list[0]
	q.list = slices.Delete(q.list, 0, 1)
	return i
}

// drain waits for the end.
func (q *items) drain() {
	for q.next() != nil {
	}
}
