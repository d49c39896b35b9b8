//! `masque preview`: one frame of a clip, or a contact sheet of the whole, as a PNG.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{ImageError, ImageFormat, RgbImage};

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::render::{self, Clip, Renderer};

use super::PreviewArgs;
use super::sheet::Sheet;

/// Draws what was asked for and writes it.
///
/// # Errors
/// A request that cannot be met, or a file that cannot be written.
pub fn preview(args: &PreviewArgs) -> Result<()> {
    check(&args.output)?;
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
    let warn: render::Warn = Arc::new(crate::cli::progress::warn);
    let renderer = render::open(args.render.backend(), args.render.adapter(), &warn)?;
    let image = match args.frame {
        Some(frame) if frame < clip.frames => draw(renderer.as_ref(), &clip, frame)?,
        Some(frame) => {
            let problem = format!("frame {frame} of a clip of {}", clip.frames);
            return Err(Error::request("--frame", problem, format!("give 0 to {}", clip.frames - 1)));
        }
        None => contact_sheet(renderer.as_ref(), &clip)?,
    };
    write(&args.output, &image)
}

fn draw(renderer: &dyn Renderer, clip: &Clip, frame: u32) -> Result<RgbImage> {
    let mut image = RgbImage::new(clip.size.width, clip.size.height);
    renderer.open_still(clip, frame)?.read(&mut image)?;
    Ok(image)
}

fn contact_sheet(renderer: &dyn Renderer, clip: &Clip) -> Result<RgbImage> {
    let mut sheet = Sheet::new(clip.frames, clip.size);
    for (place, frame) in (0..).zip(sheet.frames()) {
        sheet.put(place, &draw(renderer, clip, frame)?);
    }
    Ok(sheet.finish())
}

/// Refuses a name that stands for something else than a file: a device, a pipe, a link or a folder is not to be replaced.
fn check(output: &Path) -> Result<()> {
    match fs::symlink_metadata(output) {
        Ok(found) if !found.is_file() => {
            let problem = format!("{} is there, and is no regular file", output.display());
            Err(Error::request("--output", problem, "name a new file, or one to replace"))
        }
        _ => Ok(()),
    }
}

/// Writes the PNG under a name of its own first, so that a failure leaves no half of a file.
fn write(output: &Path, image: &RgbImage) -> Result<()> {
    let (file, partial) = create_beside(output).map_err(|why| {
        let problem = format!("cannot write {}: {why}", output.display());
        Error::request("--output", problem, "name a file in a folder that can be written")
    })?;
    let mut file = BufWriter::new(file);
    let written = image.write_to(&mut file, ImageFormat::Png).map_err(|why| match why {
        ImageError::IoError(why) => why,
        why => io::Error::other(why),
    });
    let written = written.and_then(|()| file.flush()).and_then(|()| fs::rename(&partial, output));
    written.map_err(|why| {
        let _ = fs::remove_file(&partial); // the first failure is the one to tell
        Error::file("write", output)(why)
    })
}

/// A new file in the same folder, under a name that nothing else has.
fn create_beside(output: &Path) -> io::Result<(File, PathBuf)> {
    let mut number = 0;
    loop {
        let partial = output.with_file_name(format!(".masque-{}-{number}.partial", std::process::id()));
        match File::create_new(&partial) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => number += 1,
            created => return Ok((created?, partial)),
        }
    }
}
