package dynamo

// progress notices a scan that goes in circles, in constant memory: each key
// is compared with the one before it, and with a mark that is set anew after
// 1, 2, 4, 8 … pages, so that a circle of any length is found (Brent).
type progress struct {
	last, mark item
	pages      int
}

func (p *progress) advance(key item) bool {
	if p.last != nil && sameItem(p.last, key) || p.mark != nil && sameItem(p.mark, key) {
		return false
	}
	p.pages++
	if p.pages&(p.pages-1) == 0 {
		p.mark = key
	}
	p.last = key
	return true
}
