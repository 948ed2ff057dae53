package dynamo

import (
	"context"
	"errors"
)

// readAttempts is how often a read is sent whose answers cannot be right.
const readAttempts = 4

// reread tells, after a pause, whether the attempt at a read of one answer that
// gave err is to be followed by another: after what the SDK takes for final
// although the next answer may be another one, a page of some proxy or nothing at
// all in place of the answer, a conflict, a 429 without a name. A read does no
// harm. What the SDK has repeated is not repeated again.
func (s *store) reread(ctx context.Context, attempt int, err error) bool {
	return err != nil && attempt < readAttempts && worthRereading(err) && s.backoff.wait(ctx, attempt) == nil
}

func worthRereading(err error) bool {
	if repeated := (*again)(nil); errors.As(err, &repeated) {
		return false
	}
	return errors.Is(err, ErrCorruptResponse) || conflict(err)
}
