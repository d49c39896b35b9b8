//! A clip's raw frames, for an encoder or a model of one's own; here the brightness of each.
//!
//!     cargo run --release --example clip_frames
#![expect(clippy::print_stdout, reason = "an example shows what it made")]

use masque::{Distribution, Generator, Pattern, Seed, Spec, VideoSpec};

fn main() -> masque::Result<()> {
    let mut spec = Spec::default();
    spec.seed = Seed(42);
    let mut video = VideoSpec::new(Distribution::fixed(1280.0), Distribution::fixed(720.0));
    (video.pattern, video.frames) = (Pattern::GridClock, Some(24));
    spec.video = Some(video);

    let frames = Generator::new(spec)?.frames(0, 0)?;
    let (size, rate) = (frames.size(), frames.rate());
    println!("{} frames of {}x{} at {rate} a second", frames.len(), size.width, size.height);
    for (number, rgb) in frames.enumerate() {
        let rgb = rgb?;
        let sum: u64 = rgb.iter().map(|byte| u64::from(*byte)).sum();
        println!("frame {number}: mean {:.3} of 255", sum as f64 / rgb.len() as f64);
    }
    Ok(())
}
