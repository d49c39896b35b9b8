//! `masque preview`: one frame of a clip, or a contact sheet of the whole, as a PNG.

use std::fs;

use image::{ImageFormat, Rgb, RgbImage, imageops};

use crate::cli::PreviewArgs;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::render::{self, Clip, Renderer};

/// Frames on a contact sheet: 4 x 3, in the order of reading.
const COLUMNS: u32 = 4;
const ROWS: u32 = 3;

/// Pixels between two frames of a contact sheet.
const GAP: u32 = 2;

/// The longest row of a contact sheet in pixels; frames are shrunk to fit.
const SHEET_WIDTH: u32 = 1920;

/// Draws what was asked for and writes it.
///
/// # Errors
/// A request that cannot be met, or a file that cannot be written.
pub fn preview(args: &PreviewArgs) -> Result<()> {
    let spec = args.spec()?;
    let plan = Plan::draw(&spec, args.record);
    let (Some(video), Some(planned)) = (&spec.video, plan.turns[0].videos.first()) else {
        return Err(Error::request("preview", "video is off", "give --video-width 640 --video-height 480"));
    };
    let clip = Clip {
        pattern: video.pattern,
        style: video.style,
        size: planned.what.size,
        frames: planned.what.frames,
        noise: planned.address.noise(spec.seed),
    };
    let progress = Progress::start(1, true);
    let renderer = render::open(args.render.backend(), args.render.adapter(), &progress.warner())?;
    let picture = match args.frame {
        Some(frame) if frame < clip.frames => draw(renderer.as_ref(), &clip, frame)?,
        Some(frame) => {
            let problem = format!("frame {frame} of a clip of {}", clip.frames);
            return Err(Error::request("--frame", problem, format!("give 0 to {}", clip.frames - 1)));
        }
        None => contact_sheet(renderer.as_ref(), &clip)?,
    };
    write(args, &picture)
}

fn draw(renderer: &dyn Renderer, clip: &Clip, frame: u32) -> Result<RgbImage> {
    let mut picture = RgbImage::new(clip.size.width, clip.size.height);
    renderer.open_picture(clip, frame)?.read(&mut picture)?;
    Ok(picture)
}

/// Frames spread over the clip, made small enough for the sheet.
fn contact_sheet(renderer: &dyn Renderer, clip: &Clip) -> Result<RgbImage> {
    let shrink = (clip.size.width * COLUMNS).div_ceil(SHEET_WIDTH);
    let (width, height) = (clip.size.width.div_ceil(shrink), clip.size.height.div_ceil(shrink));
    let (across, down) = (width + GAP, height + GAP);
    let mut sheet = RgbImage::from_pixel(across * COLUMNS - GAP, down * ROWS - GAP, Rgb([255; 3]));
    let places = (COLUMNS * ROWS).min(clip.frames);
    for place in 0..places {
        let frame = u64::from(place) * u64::from(clip.frames) / u64::from(places);
        let small = imageops::thumbnail(&draw(renderer, clip, frame as u32)?, width, height);
        let (left, top) = (place % COLUMNS * across, place / COLUMNS * down);
        imageops::replace(&mut sheet, &small, left.into(), top.into());
    }
    Ok(sheet)
}

/// Writes the PNG under a name of its own first, so that a failure leaves no half of a file.
fn write(args: &PreviewArgs, picture: &RgbImage) -> Result<()> {
    let mut partial = args.output.clone().into_os_string();
    partial.push(".partial");
    picture.save_with_format(&partial, ImageFormat::Png).map_err(|why| {
        let problem = format!("cannot write {}: {why}", args.output.display());
        Error::request("--output", problem, "name a file in a folder that can be written")
    })?;
    fs::rename(&partial, &args.output).map_err(Error::file("rename to", &args.output))
}
