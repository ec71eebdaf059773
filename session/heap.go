package session

// entryHeap orders the sessions by when they are looked at next.
type entryHeap []*entry

func (h *entryHeap) Len() int { return len(*h) }

func (h *entryHeap) Less(i, j int) bool { return (*h)[i].due.Before((*h)[j].due) }

func (h *entryHeap) Swap(i, j int) {
	s := *h
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push adds an entry; for container/heap.
func (h *entryHeap) Push(x any) {
	e, ok := x.(*entry)
	if !ok {
		return
	}
	e.index = len(*h)
	*h = append(*h, e)
}

// Pop takes the last; for container/heap.
func (h *entryHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	e.index = -1
	*h = old[:len(old)-1]
	return e
}
