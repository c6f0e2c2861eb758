package report

func (e *env) paint(t Tone, s string) string { return s }
