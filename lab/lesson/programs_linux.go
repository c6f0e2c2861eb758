package lesson

func programLessons() []*Lesson { return nil }
