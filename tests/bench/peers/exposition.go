// exposition: MB/s of CPU time that the Prometheus server's own parser makes
// of a page, with all labels.
package main

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

const seconds = 0.7

func parse(page []byte) (samples int) {
	p := textparse.NewPromParser(page)
	var l labels.Labels
	for {
		entry, err := p.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		if entry == textparse.EntrySeries {
			p.Series()
			p.Metric(&l)
			samples++
		}
	}
}

func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) +
		float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func main() {
	page, err := os.ReadFile(os.Args[1])
	if err != nil || parse(page) == 0 {
		panic(err)
	}
	bytes, start := 0, cpu()
	for cpu()-start < seconds {
		parse(page)
		bytes += len(page)
	}
	fmt.Printf("%.1f\n", float64(bytes)/1e6/(cpu()-start))
}
