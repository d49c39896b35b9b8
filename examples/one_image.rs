//! One image: a noise PNG of record 7, written to a file, without making the rest of that record.
//!
//!     cargo run --release --example one_image -- image.png
#![expect(clippy::print_stdout, reason = "an example shows what it made")]

use std::fs::File;

use masque::{Distribution, Generator, ImageSpec, Modality, Seed, Spec};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "image.png".to_owned());
    let mut spec = Spec::default();
    spec.seed = Seed(42);
    spec.image = Some(ImageSpec::new(Distribution::uniform(256.0, 1024.0), Distribution::fixed(768.0)));

    let metadata = Generator::new(spec)?.media(7, Modality::Image, 0, &mut File::create(&path)?)?;
    println!("{path}: {metadata:?}");
    Ok(())
}
