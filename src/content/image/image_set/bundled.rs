//! The images that the program holds; their origins and licences are in `assets/PROVENANCE.md`.

use std::path::Path;
use std::sync::Arc;

use super::{Decoded, ImageSet, decoded};
use crate::error::Result;

const IMAGES: [(&str, &[u8]); 4] = [
    ("astronaut", include_bytes!("../../../../assets/source_images/astronaut.png")),
    ("chelsea", include_bytes!("../../../../assets/source_images/chelsea.png")),
    ("coffee", include_bytes!("../../../../assets/source_images/coffee.png")),
    ("rocket", include_bytes!("../../../../assets/source_images/rocket.jpg")),
];

struct Bundled;

pub(super) fn open(_name: &Path) -> Result<Box<dyn ImageSet>> {
    Ok(Box::new(Bundled))
}

impl ImageSet for Bundled {
    fn len(&self) -> u32 {
        IMAGES.len() as u32
    }

    fn name(&self, place: u32) -> Arc<str> {
        IMAGES[place as usize].0.into()
    }

    fn image(&self, place: u32) -> Result<Decoded> {
        Ok(decoded(IMAGES[place as usize].1))
    }
}
