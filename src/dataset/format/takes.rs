//! What a format's reader takes of one modality.

use super::Refusal;
use crate::spec::{AudioFormat, Distribution, ImageFormat, Media, Spec, VideoFormat};

/// Whether a format must have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Every record must.
    Requires,
    /// It may.
    Takes,
    /// There is no place for it.
    Refuses,
}

/// The media of one kind that a format's reader takes, by how they are delivered.
#[derive(Debug)]
pub struct Takes<F: 'static> {
    /// The least and the greatest number of items in a turn.
    pub count: (u64, u64),
    /// File formats as base64 in the line.
    pub inline: &'static [F],
    /// File formats of files that the line names from the dataset's folder.
    pub files: &'static [F],
    /// File formats of what the line gives the address of.
    pub urls: &'static [F],
}

/// A file format.
pub trait Named: Copy + PartialEq {
    /// Its name on the command line.
    fn name(self) -> &'static str;
}

impl Named for ImageFormat {
    fn name(self) -> &'static str {
        self.name()
    }
}

impl Named for AudioFormat {
    fn name(self) -> &'static str {
        self.name()
    }
}

impl Named for VideoFormat {
    fn name(self) -> &'static str {
        self.name()
    }
}

impl<F: Named> Takes<F> {
    /// Nothing of this kind.
    pub(super) const NONE: Self = Self { count: (0, 0), inline: &[], files: &[], urls: &[] };

    /// Why its reader does not take what is asked for: items in a turn and their file formats, if any.
    pub(super) fn refusal(&self, kind: &str, asked: Option<(&Distribution, &[F])>, spec: &Spec) -> Option<Refusal> {
        let (least, most) = self.count;
        let Some((count, formats)) = asked else {
            let (problem, fix) = (format!("holds no record without {kind}"), format!("ask for {kind}"));
            return (least > 0).then(|| Refusal::new("formats", problem, fix));
        };
        if most == 0 {
            return Some(Refusal::new("formats", format!("has no place for {kind}"), format!("drop the {kind}")));
        }
        if count.bounds().1 > most as f64 {
            let (problem, fix) = (format!("holds {most} {kind} a turn"), format!("`{kind}.count` {most}"));
            return Some(Refusal::new("formats", problem, fix));
        }
        let (taken, how) = match spec.media {
            Media::Inline => (self.inline, "inline"),
            Media::Files => (self.files, "from files"),
            Media::Url { .. } => (self.urls, "by address"),
        };
        let other = formats.iter().find(|format| !taken.contains(format))?;
        if taken.is_empty() {
            let ways = [("inline", self.inline), ("files", self.files), ("url", self.urls)];
            let ways: Vec<_> = ways.iter().filter(|(_, taken)| !taken.is_empty()).map(|(way, _)| *way).collect();
            let (problem, fix) = (format!("takes no {kind} {how}"), format!("`media` {}", ways.join(" or ")));
            return Some(Refusal::new("media", problem, fix));
        }
        let field = match kind {
            "image" => "image.formats",
            "audio" => "audio.formats",
            _ => "video.container",
        };
        let names: Vec<_> = taken.iter().map(|format| format.name()).collect();
        let inline = if self.inline.contains(other) { ", or `media` inline" } else { "" };
        let problem = format!("takes no {} {how}", other.name());
        Some(Refusal::new(field, problem, format!("give {}{inline}", names.join(" or "))))
    }
}
