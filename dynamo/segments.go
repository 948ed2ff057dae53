package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// maxSegments is DynamoDB's limit ("TotalSegments", API reference of Scan).
const maxSegments = 1_000_000

// Segments scans a table in n parts at once, each in a goroutine of its own that
// requests pages and decodes them, one page ahead of the loop. Items of the
// parts come mixed. It is for reading a large table fast: as many parts as the
// machine has processors keep these busy, more help only where the network is
// the slow part. It uses up a table's throughput n times as fast.
//
// At most n+1 pages are held. The first error ends all parts. When the loop is
// left the requests under way are canceled, and none is sent after that.
func Segments(n int) ReadOption {
	return readOption(func(r *readConfig) {
		r.use("Segments")
		r.segments, r.split = n, split
		if n < 1 || n > maxSegments {
			r.bad(errorf("there can be 1 to %d segments", maxSegments))
		}
	})
}

// Prefetch requests the next page while the loop is at the one before it, in a
// goroutine of its own; at most two pages are held. A loop that is left in the
// middle has then paid for one page that it did not see: the request is canceled,
// but DynamoDB may have read it. So it is off by default, but for
// [Repository.All], which cannot be left. A parallel scan always prefetches.
func Prefetch(on bool) ReadOption {
	return readOption(func(r *readConfig) { r.use("Prefetch"); r.prefetch = on })
}

// split makes the parts of a parallel scan, nil if there is only one.
func split(s *store, whole *paged, in dynamodb.ScanInput) (parts []*paged) {
	n := whole.cfg.segments
	if n < 2 {
		return nil
	}
	for i := range n {
		in.Segment, in.TotalSegments = aws.Int32(int32(i)), aws.Int32(int32(n))
		part := *whole
		part.send = s.sendScan(in)
		parts = append(parts, &part)
	}
	return parts
}

// pagesAhead is pages for reads that do not wait until the loop is there.
func (s *store) pagesAhead(ctx context.Context, p *paged, start item) pageSeq {
	parts := p.parts
	if len(parts) == 0 {
		parts = []*paged{p}
	}
	sources := make([]func(context.Context) pageSeq, len(parts))
	for i, part := range parts {
		sources[i] = func(ctx context.Context) pageSeq { return s.pages(ctx, part, start) }
	}
	return ahead(ctx, sources...)
}
