package zeek_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryState wants a script, with the row worked out by hand, for each of
// the 13 values that Zeek documents for conn_state, and none for another.
func TestEveryState(t *testing.T) {
	states := []string{"S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"}
	folder := filepath.Join("..", "testdata", "script", "zeek")
	for _, s := range states {
		text, err := os.ReadFile(filepath.Join(folder, strings.ToLower(s)+".txt"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(text), "zeek="+s+":") {
			t.Errorf("%s: the script expects no row with this state", s)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) != len(states) {
		t.Errorf("%d scripts, want %d: %v", len(files), len(states), err)
	}
}
