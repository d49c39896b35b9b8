//! A part of a dataset that is made by itself, to be merged with the others.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// One of several contiguous parts of about the same number of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, 1..=`of`.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// The whole, as one part.
    pub(crate) const WHOLE: Self = Self { index: 1, of: 1 };

    /// Its records of a dataset's `records`.
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such part, or it would be empty.
    pub fn records(self, records: u64) -> Result<Range<u64>> {
        let Self { index, of } = self;
        if !(1..=of).contains(&index) {
            return Err(Error::request("shard", self.to_string(), "give 1/4 to 4/4 for four parts"));
        }
        if of > records {
            let problem = format!("{of} parts of {records} records");
            return Err(Error::request("shard", problem, format!("make {records} parts at most")));
        }
        let before = |parts: u64| (u128::from(records) * u128::from(parts) / u128::from(of)) as u64;
        Ok(before(index - 1)..before(index))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_are_of_a_size() {
        for (records, of) in [(10, 3), (4, 4), (7, 1), (u64::MAX, 5)] {
            let mut next = 0;
            for index in 1..=of {
                let Ok(part) = (Shard { index, of }).records(records) else { panic!("{index}/{of}") };
                assert_eq!(part.start, next);
                assert!((records / of..=records / of + 1).contains(&(part.end - part.start)));
                next = part.end;
            }
            assert_eq!(next, records);
        }
        for (index, of) in [(0, 3), (4, 3), (0, 0), (1, 11)] {
            assert!((Shard { index, of }).records(10).is_err(), "{index}/{of}");
        }
    }
}
