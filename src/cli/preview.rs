//! `masque preview`: the flags that a scene depends on.

mod frame;
mod sheet;

use std::path::{Path, PathBuf};

use clap::Args;

use super::dataset::RenderArgs;
use super::needs::Given;
use super::value;
use super::video::ClipArgs;
use crate::error::{Error, Result};
use crate::pattern::SceneStyle;
use crate::seed::{RECORDS, Seed};
use crate::spec::Spec;

pub use frame::preview;

/// `masque preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    #[command(flatten)]
    given: Given,
    /// The PNG to write
    #[arg(long, short, value_name = "FILE.png", value_parser = value::path(is_png, "name a file that ends in .png"))]
    pub output: PathBuf,
    /// Draw this frame (from 0); without it, a contact sheet of the whole clip
    #[arg(long, value_name = "K", value_parser = value::whole::<u32>(0, u32::MAX as u64, ""))]
    pub frame: Option<u32>,
    /// Draw the clip that this record would get
    #[arg(long, value_name = "INDEX", default_value = "0", value_parser = value::whole::<u64>(0, RECORDS - 1, ""))]
    pub record: u64,
    /// Seed of a unique scene
    #[arg(long, value_name = "S", default_value = "0", value_parser = value::whole::<u64>(0, u64::MAX, ""))]
    random_seed: u64,
    /// Where it is drawn.
    #[command(flatten)]
    pub render: RenderArgs,
    #[command(flatten)]
    clip: ClipArgs,
}

impl PreviewArgs {
    /// The request for nothing but the clip, of any size, whatever an encoder would take.
    ///
    /// # Errors
    /// [`Error::Request`].
    pub fn spec(&self) -> Result<Spec> {
        let Some(clip) = self.clip.clone().resolve(&mut Vec::new())? else {
            let fix = "give --video-width 640 --video-height 480";
            return Err(Error::request("--video-width", "the clip has no size", fix));
        };
        let (seed, records) = (Seed(self.random_seed), self.record + 1);
        Ok(Spec { seed, records, video: Some(clip), ..Spec::default() })
    }

    /// Refuses what cannot be met, and flags that would change nothing.
    pub(super) fn check(&self) -> Result<()> {
        let spec = self.spec()?;
        let Some(clip) = &spec.video else { return Ok(()) };
        let drawn = clip.style == SceneStyle::Unique
            || clip.width.constant().is_none()
            || clip.height.constant().is_none()
            || clip.rates.is_some()
            || clip.frames.is_none() && clip.seconds.constant().is_none();
        for flag in ["record", "random-seed"] {
            if !drawn && self.given.has(flag) {
                let fix = "drop it, or --video-scene canonical";
                return Err(Error::request(format!("--{flag}"), "a canonical scene is always the same", fix));
            }
        }
        if clip.frames.is_some() && clip.rates.is_none() && self.given.has("video-fps") {
            let fix = "drop it, or give --video-duration instead of --video-frames";
            return Err(Error::request("--video-fps", "it changes no frame of a clip of so many frames", fix));
        }
        Ok(())
    }
}

fn is_png(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png"))
}
