//! Which file of a format a record stands in, and what each file is called.

use std::ops::Range;

use crate::spec::{Compression, FilesSpec, Spec};

/// How a run's records are dealt over the files of each format.
#[derive(Debug, Clone)]
pub struct Split {
    /// Those of this run.
    records: Range<u64>,
    /// Files of a whole dataset.
    of: u64,
    files: FilesSpec,
}

impl Split {
    /// The files for these records of the request's.
    #[must_use]
    pub fn new(spec: &Spec, records: Range<u64>) -> Self {
        let of = spec.files.lines.map_or(1, |lines| spec.records.div_ceil(lines));
        Self { records, of, files: spec.files }
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> Range<u64> {
        self.records.clone()
    }

    /// Whether all lines of a format stand in one file as they are, so that each one's place is the sum of those before.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.files == FilesSpec::default()
    }

    /// The first record of the file that a record stands in.
    #[must_use]
    pub fn first(&self, index: u64) -> u64 {
        let of_file = self.files.lines.map_or(0, |lines| index / lines * lines);
        of_file.max(self.records.start)
    }

    /// Whether a record is the first of its file.
    #[must_use]
    pub fn begins(&self, index: u64) -> bool {
        index == self.records.start || self.files.lines.is_some_and(|lines| index.is_multiple_of(lines))
    }

    /// Whether a record is the last of its file.
    #[must_use]
    pub fn ends(&self, index: u64) -> bool {
        index + 1 == self.records.end || self.begins(index + 1)
    }

    /// How the files are packed.
    #[must_use]
    pub fn compression(&self) -> Option<Compression> {
        self.files.compression
    }

    /// What the file of a record is called, where `file` holds the format's lines: `single_turn-00003-of-00010.jsonl.zst`.
    #[must_use]
    pub fn name(&self, file: &str, index: u64) -> String {
        let numbered = match self.files.lines {
            None => file.to_owned(),
            Some(lines) => {
                let (stem, extension) = file.split_once('.').unwrap_or((file, ""));
                format!("{stem}-{:05}-of-{:05}.{extension}", index / lines, self.of)
            }
        };
        match self.files.compression {
            None => numbered,
            Some(packing) => format!("{numbered}.{}", packing.extension()),
        }
    }

    /// What all files of this run are called.
    pub fn names(&self, file: &str) -> impl Iterator<Item = String> {
        let Range { start, end } = self.records;
        let step = self.files.lines.unwrap_or(u64::MAX);
        let rest = (start / step + 1..).map(move |number| number.saturating_mul(step)).take_while(move |at| *at < end);
        [start].into_iter().chain(rest).map(move |index| self.name(file, index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_begin_at_multiples_wherever_a_run_does() {
        let mut spec = Spec { records: 10, ..Spec::default() };
        let names = |spec: &Spec, records| Split::new(spec, records).names("a.jsonl").collect::<Vec<_>>();
        assert_eq!(names(&spec, 3..10), ["a.jsonl"]);
        spec.files.lines = Some(4);
        assert_eq!(names(&spec, 0..10), ["a-00000-of-00003.jsonl", "a-00001-of-00003.jsonl", "a-00002-of-00003.jsonl"]);
        assert_eq!(names(&spec, 3..8), ["a-00000-of-00003.jsonl", "a-00001-of-00003.jsonl"]);
        assert_eq!(names(&spec, 8..10), ["a-00002-of-00003.jsonl"]);
        let split = Split::new(&spec, 3..9);
        assert_eq!((3..9).filter(|index| split.begins(*index)).collect::<Vec<_>>(), [3, 4, 8]);
        assert_eq!((3..9).filter(|index| split.ends(*index)).collect::<Vec<_>>(), [3, 7, 8]);
        spec.files.compression = Some(Compression::Zstd);
        assert_eq!(names(&spec, 9..10), ["a-00002-of-00003.jsonl.zst"]);
    }
}
