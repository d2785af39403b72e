//! A token bucket: so many requests at once, and then as many as flow in again, counted for each key.

use std::collections::HashMap;

use jiff::Timestamp;

/// Full at first. Requests that were refused take nothing out, so a caller that waits is let in again.
#[derive(Debug, Default)]
pub(crate) struct TokenBucket {
    buckets: HashMap<String, Bucket>,
}

/// How much a bucket holds, and what flows in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    /// 0 means no limit.
    pub(crate) capacity: u32,
    pub(crate) per_second: u32,
}

/// Nothing left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl TokenBucket {
    pub(crate) fn take(&mut self, key: &str, flow: Flow, now: Timestamp) -> Result<(), Exhausted> {
        if flow.capacity == 0 {
            return Ok(());
        }
        let full = f64::from(flow.capacity);
        let bucket = self.buckets.entry(key.to_owned()).or_insert(Bucket { left: full, at: now });
        let elapsed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + elapsed * f64::from(flow.per_second)).min(full);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Exhausted);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: Flow = Flow { capacity: 3, per_second: 2 };

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    fn admitted(bucket: &mut TokenBucket, flow: Flow, now: Timestamp) -> usize {
        (0..10).filter(|_| bucket.take("a", flow, now).is_ok()).count()
    }

    #[test]
    fn what_was_taken_flows_in_again_up_to_the_brim() {
        let mut bucket = TokenBucket::default();
        assert_eq!(admitted(&mut bucket, FLOW, at(0)), 3);
        assert_eq!(admitted(&mut bucket, FLOW, at(250)), 0);
        assert_eq!(admitted(&mut bucket, FLOW, at(500)), 1);
        assert_eq!(admitted(&mut bucket, FLOW, at(60_000)), 3);
    }

    #[test]
    fn keys_have_buckets_of_their_own() {
        let mut bucket = TokenBucket::default();
        assert_eq!(admitted(&mut bucket, FLOW, at(0)), 3);
        assert_eq!(bucket.take("b", FLOW, at(0)), Ok(()));
    }

    #[test]
    fn a_capacity_of_zero_admits_everything() {
        assert_eq!(admitted(&mut TokenBucket::default(), Flow { capacity: 0, per_second: 0 }, at(0)), 10);
    }
}
