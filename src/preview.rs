//! `masque preview`: one frame of a clip, or a contact sheet of the whole, as a PNG.

use std::fs::{self, File};
use std::io::Write;

use crate::cli::PreviewArgs;
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::plan::Plan;
use crate::render::{self, Clip, Renderer};

/// Frames on a contact sheet: 4 x 3, in the order of reading.
const COLUMNS: u32 = 4;
const ROWS: u32 = 3;

/// The longest row of a contact sheet in pixels; frames are thinned to fit.
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
    let renderer = render::open(args.render.backend(), args.render.adapter())?;
    let (size, rgb) = match args.frame {
        Some(frame) if frame < clip.frames => (clip.size, picture(renderer.as_ref(), &clip, frame)?),
        Some(frame) => {
            let problem = format!("frame {frame} of a clip of {}", clip.frames);
            return Err(Error::request("--frame", problem, format!("give 0 to {}", clip.frames - 1)));
        }
        None => contact_sheet(renderer.as_ref(), &clip)?,
    };
    write(args, size, &rgb)
}

fn picture(renderer: &dyn Renderer, clip: &Clip, frame: u32) -> Result<Vec<u8>> {
    let mut rgb = vec![0; clip.size.rgb_bytes() as usize];
    renderer.open_picture(clip, frame)?.read(&mut rgb)?;
    Ok(rgb)
}

/// Twelve frames spread over the clip, each thinned to every `step`-th pixel.
fn contact_sheet(renderer: &dyn Renderer, clip: &Clip) -> Result<(Size, Vec<u8>)> {
    let step = (clip.size.width * COLUMNS).div_ceil(SHEET_WIDTH);
    let (width, height) = (clip.size.width.div_ceil(step), clip.size.height.div_ceil(step));
    let size = Size::new((width + 2) * COLUMNS - 2, (height + 2) * ROWS - 2);
    let mut sheet = vec![255; size.rgb_bytes() as usize];
    for place in 0..(COLUMNS * ROWS).min(clip.frames) {
        let frame = u64::from(place) * u64::from(clip.frames) / u64::from((COLUMNS * ROWS).min(clip.frames));
        let rgb = picture(renderer, clip, frame as u32)?;
        let (left, top) = (place % COLUMNS * (width + 2), place / COLUMNS * (height + 2));
        for y in 0..height {
            for x in 0..width {
                let from = 3 * (y as usize * step as usize * clip.size.width as usize + x as usize * step as usize);
                let to = 3 * ((top + y) as usize * size.width as usize + (left + x) as usize);
                sheet[to..to + 3].copy_from_slice(&rgb[from..from + 3]);
            }
        }
    }
    Ok((size, sheet))
}

/// Writes the PNG under a name of its own first, so that a failure leaves no half of a file.
fn write(args: &PreviewArgs, size: Size, rgb: &[u8]) -> Result<()> {
    let mut partial = args.output.clone().into_os_string();
    partial.push(".partial");
    let mut out = File::create(&partial).map_err(|why| {
        let problem = format!("cannot create {}: {why}", args.output.display());
        Error::request("--output", problem, "name a file in a folder that can be written")
    })?;
    let png = crate::encode::png::compressed(size, rgb, png::Compression::Fast)?;
    out.write_all(&png).map_err(Error::file("write", &partial))?;
    fs::rename(&partial, &args.output).map_err(Error::file("rename to", &args.output))
}
