//! What can go wrong, in one enum. Every message is one line that names the field of the request or the file, says what was found
//! and what would work. Other fields are named between backticks, for who calls them otherwise.

use std::path::PathBuf;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was refused or a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request that cannot be met, found before anything was written. Exit status 2.
    #[error("{field}: {problem}; {fix}")]
    Request {
        /// The field that has to change, such as `image.width.max`; of a command line, the flag.
        field: String,
        /// What was found.
        problem: String,
        /// What would work.
        fix: String,
    },
    /// Several such, each for itself. Exit status 2.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; also "))]
    Requests(Vec<Error>),
    /// A file or folder that could not be read or written.
    #[error("{}: cannot {action}: {source}", path.display())]
    File {
        /// `read`, `write`, `create`, …
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The reader of standard output went away, as `head` does. Not a failure.
    #[error("standard output was closed")]
    PipeClosed,
    /// What takes an item's bytes failed.
    #[error("cannot write an item's bytes: {0}")]
    Output(std::io::Error),
    /// The graphics device failed; where a CPU renderer can take over, it does.
    #[error("GPU: {0}")]
    Gpu(String),
    /// An encoder or muxer failed.
    #[error("{encoder}: {problem}")]
    Encode {
        /// The encoder's name, as FFmpeg or the format calls it.
        encoder: String,
        /// What it answered.
        problem: String,
    },
    /// Memory that was asked for was refused.
    #[error("cannot have {bytes} bytes of memory for {what}; lower `jobs` or the sizes")]
    Memory {
        /// What was to stand in it.
        what: String,
        /// How much was asked for.
        bytes: u64,
    },
    /// No text of the asked length can be made with this tokenizer.
    #[error("{0}")]
    Text(String),
    /// A record could not be made.
    #[error("record {index}: {source}")]
    Record {
        /// Which one, from 0.
        index: u64,
        /// Why.
        source: Box<Error>,
    },
    /// The system gives no thread, so that nothing can be made.
    #[error("no thread can be started: {0}; allow more processes, as by ulimit -u")]
    Thread(std::io::Error),
    /// Something panicked: a defect, of a library or of this one.
    #[error("internal error: {0}")]
    Panic(String),
    /// The run ended early, and can be gone on with.
    #[error("{source}; go on with: {resume}")]
    Unfinished {
        /// Why it ended.
        source: Box<Error>,
        /// The command that goes on with it.
        resume: String,
    },
    /// A dataset that was looked into is not as it should be.
    #[error("{}: faults: {count}; the first: {first}", folder.display())]
    Faulty {
        /// Its folder.
        folder: PathBuf,
        /// How many were found.
        count: u64,
        /// The first of them.
        first: String,
    },
    /// What the main job needs does not work on this machine.
    #[error("{0}")]
    Unfit(String),
    /// The user interrupted the run. Exit status 130.
    #[error("interrupted after {written} records")]
    Interrupted {
        /// Records written before the interruption.
        written: u64,
    },
}

impl Error {
    /// A refused request: the field, what was found, and what would work.
    pub fn request(field: impl Into<String>, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Request { field: field.into(), problem: problem.into(), fix: fix.into() }
    }

    /// The same of a part of the request: a refused field is one of that part's.
    #[must_use]
    pub fn within(self, part: &str) -> Self {
        match self {
            Self::Request { field, problem, fix } => Self::Request { field: format!("{part} {field}"), problem, fix },
            Self::Requests(all) => Self::Requests(all.into_iter().map(|one| one.within(part)).collect()),
            other => other,
        }
    }

    /// An encoder's failure.
    pub fn encode(encoder: impl Into<String>, problem: impl ToString) -> Self {
        Self::Encode { encoder: encoder.into(), problem: problem.to_string() }
    }

    /// Memory that was refused.
    pub fn memory(what: impl Into<String>, bytes: u64) -> Self {
        Self::Memory { what: what.into(), bytes }
    }

    /// What a thread panicked with, as [`std::panic::catch_unwind`] gives it.
    #[must_use]
    pub fn panic(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Self::Panic(text.unwrap_or_default().replace('\n', " "))
    }

    /// Turns an I/O error into one that names the file; for `map_err`.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// The message on one line, whatever stands in the names and values that it quotes.
    #[must_use]
    pub fn line(&self) -> String {
        let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
        self.to_string().chars().map(escape).collect()
    }

    /// The process's exit status for this error.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Request { .. } | Self::Requests(_) => 2,
            Self::Interrupted { .. } => 130,
            Self::Unfinished { source, .. } => source.exit_status(),
            Self::PipeClosed => 0,
            _ => 1,
        }
    }
}
