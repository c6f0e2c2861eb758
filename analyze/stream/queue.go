package stream

// queue is an ordered list of chunks that move within one array: what leaves at
// the front makes room at the back, and vice versa. So neither a long stream nor
// one captured backwards makes garbage or moves everything for each segment.
type queue struct {
	chunks []*chunk // a part of array
	array  []*chunk // all of it; its length says nothing
}

// fewChunks are moved rather than left behind in the array.
const fewChunks = 32

// front returns how much room the array has before the chunks.
func (q *queue) front() int { return cap(q.array) - cap(q.chunks) }

// push adds a chunk after the others.
func (q *queue) push(c *chunk) {
	if n, free := len(q.chunks), q.front(); n == cap(q.chunks) {
		if free > n/2 {
			moved := q.array[:n]
			copy(moved, q.chunks)
			clear(q.array[n : free+n])
			q.chunks = moved
		} else {
			q.grow(0)
		}
	}
	q.chunks = append(q.chunks, c)
}

// unshift adds a chunk before the others.
func (q *queue) unshift(c *chunk) {
	if q.front() == 0 {
		q.grow(len(q.chunks) + 1)
	}
	at := q.front() - 1
	q.chunks = q.array[at : at+1+len(q.chunks)]
	q.chunks[0] = c
}

// grow allocates a larger array, with the given room at the front.
func (q *queue) grow(front int) {
	n := len(q.chunks)
	array := make([]*chunk, front+n+max(n, 4))
	copy(array[front:], q.chunks)
	q.array, q.chunks = array, array[front:front+n]
}

// shift takes the first chunk out.
func (q *queue) shift() *chunk {
	c := q.chunks[0]
	if n := len(q.chunks); n <= fewChunks {
		copy(q.chunks, q.chunks[1:])
		q.chunks[n-1] = nil
		q.chunks = q.chunks[:n-1]
	} else {
		q.chunks[0] = nil
		q.chunks = q.chunks[1:]
	}
	return c
}
