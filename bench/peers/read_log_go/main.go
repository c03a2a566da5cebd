// Reads one .wandb log with the SDK's own Go packages, as wandb-core's transactionlog.Reader and leet's ParseHistory do:
// read_log PATH. Prints rows, points and seconds, of the clock and of processors, as JSON.
//
// leveldb and service_go_proto are copied here from core/pkg of github.com/wandb/wandb before it is built.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/protobuf/proto"

	"readlog/leveldb"
	spb "readlog/service_go_proto"
)

func main() {
	file, err := os.Open(os.Args[1])
	check(err)
	start, startCPU := time.Now(), cpuSeconds()
	rows, points, err := read(file)
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"rows":       rows,
		"points":     points,
		"seconds":    time.Since(start).Seconds(),
		"cpuSeconds": cpuSeconds() - startCPU,
	}))
}

func read(file io.Reader) (rows, points int, err error) {
	reader := leveldb.NewReaderExt(file, leveldb.CRCAlgoIEEE)
	if err := reader.VerifyWandbHeader(0); err != nil {
		return 0, 0, err
	}
	var buffer bytes.Buffer
	for {
		record, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return rows, points, nil
		} else if err != nil {
			return 0, 0, err
		}
		buffer.Reset()
		if _, err = io.Copy(&buffer, record); err != nil {
			return 0, 0, err
		}
		message := &spb.Record{}
		if err = proto.Unmarshal(buffer.Bytes(), message); err != nil {
			return 0, 0, err
		}
		if history := message.GetHistory(); history != nil {
			rows++
			points += len(valuesOf(history))
		}
	}
}

func valuesOf(history *spb.HistoryRecord) map[string]float64 {
	values := make(map[string]float64, len(history.GetItem()))
	for _, item := range history.GetItem() {
		key := strings.Join(item.GetNestedKey(), ".")
		if key == "" {
			key = item.GetKey()
		}
		if strings.HasPrefix(key, "_") {
			continue
		}
		if value, err := strconv.ParseFloat(strings.Trim(item.ValueJson, `"`), 64); err == nil {
			values[key] = value
		}
	}
	return values
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
