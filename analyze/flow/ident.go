package flow

// LastID returns the IP identification of the end's last segment that had one.
func (h *Half) LastID() (id uint16, ok bool) { return h.ids.last, h.ids.known }
