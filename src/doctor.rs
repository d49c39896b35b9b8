//! What works on this machine, found out by doing it: each GPU renders and is compared with the CPU, each encoder encodes; and the one
//! thing to do about what does not. Nothing is written.

mod adapters;
mod encoders;

use std::path::PathBuf;

use serde::Serialize;

use crate::content::text::{Hub, SharedTexts, TokenCounter};
use crate::encode;
use crate::io::bytes::Bytes;
use crate::io::machine;
use crate::spec::{Distribution, TextSpec};

/// What a checkup is told of the machine, since the library reads no environment.
#[derive(Debug, Clone)]
pub struct CheckupOptions {
    /// Where tokenizers of the Hugging Face hub are kept.
    pub hub: Hub,
    /// The folder that datasets would be written to.
    pub folder: PathBuf,
    /// What NVIDIA's container runtime was told to put into the container, such as `compute,utility`, as it stands in
    /// `NVIDIA_DRIVER_CAPABILITIES`; none where nothing was said.
    pub capabilities: Option<String>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Cores, memory and room on the disk.
    Machine,
    /// What renders.
    Renderer,
    /// FFmpeg's libraries.
    Ffmpeg,
    /// Encoders of clips.
    Video,
    /// Encoders of audio, and of clips' sound tracks.
    Audio,
    /// Encoders of images.
    Image,
    /// Tokenizers.
    Tokenizer,
}

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It does.
    Works,
    /// It is not there, or does not work, and nothing that masque does by itself needs it.
    Absent,
    /// It does not, and the main job needs it.
    Fails,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// What was tried.
    pub name: String,
    /// Whether it works.
    pub state: State,
    /// What it is, or why it does not work, on one line.
    pub detail: String,
    /// What to do about it, where there is something.
    pub fix: Option<String>,
}

impl Finding {
    fn works(area: Area, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { area, name: name.into(), state: State::Works, detail: detail.into(), fix: None }
    }

    fn absent(area: Area, name: impl Into<String>, why: impl ToString, fix: Option<String>) -> Self {
        let detail = why.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Self { area, name: name.into(), state: State::Absent, detail, fix }
    }

    /// The same, where the main job needs it.
    fn needed(self) -> Self {
        let state = if self.state == State::Absent { State::Fails } else { self.state };
        Self { state, ..self }
    }
}

/// Tries everything. Takes a few seconds.
#[must_use]
pub fn checkup(options: &CheckupOptions) -> Vec<Finding> {
    let mut findings = machine(options);
    findings.extend(adapters::findings(options.capabilities.as_deref()));
    findings.push(ffmpeg());
    findings.extend(encoders::findings(options.capabilities.as_deref()));
    findings.extend(tokenizers(&options.hub));
    findings
}

/// Bytes of memory, and of room on the disk, below which little can be made.
const LITTLE: u64 = 1 << 30;

fn machine(options: &CheckupOptions) -> Vec<Finding> {
    let amount = |name: &str, what: Option<u64>, more: &str, fix: &str| match what {
        Some(bytes) if bytes < LITTLE => {
            Finding::absent(Area::Machine, name, format!("{} {more}", Bytes(bytes)), Some(fix.to_owned()))
        }
        Some(bytes) => Finding::works(Area::Machine, name, format!("{} {more}", Bytes(bytes))),
        None => Finding::works(Area::Machine, name, "this system does not tell"),
    };
    let at = format!("free for {}", options.folder.display());
    let cores = machine::cores();
    vec![
        Finding::works(Area::Machine, "cores", cores.to_string()),
        amount(
            "memory",
            machine::memory(),
            "to be had",
            "raise the limit of the container or job, or make smaller items",
        ),
        amount("disk", machine::free_disk(&options.folder), &at, "make room, or name another folder"),
    ]
}

fn ffmpeg() -> Finding {
    match encode::ffmpeg_build() {
        None => {
            let fix = "build with the feature video for clips, and for audio other than WAV";
            Finding::absent(Area::Ffmpeg, "FFmpeg", "this build has none", Some(fix.to_owned())).needed()
        }
        Some((versions, licence)) => {
            let versions: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
            Finding::works(Area::Ffmpeg, "FFmpeg", format!("{}; {licence}", versions.join(", ")))
        }
    }
}

fn tokenizers(hub: &Hub) -> Vec<Finding> {
    let counts = |name: &str| {
        let spec = TextSpec { tokenizer: name.to_owned(), ..TextSpec::new(Distribution::fixed(1.0)) };
        TokenCounter::open(&spec, None, &mut SharedTexts::default())?.prompt("Hello, world")
    };
    let embedded = crate::content::text::embedded().map(|name| match counts(name) {
        Ok(_) => Finding::works(Area::Tokenizer, name, "embedded"),
        Err(why) => Finding::absent(Area::Tokenizer, name, why, None).needed(),
    });
    let cached = hub
        .cached()
        .into_iter()
        .map(|name| Finding::works(Area::Tokenizer, name, format!("in {}", hub.cache.display())));
    embedded.collect::<Vec<_>>().into_iter().chain(cached).collect()
}
