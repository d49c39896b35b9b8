//! Images to be shown: the bundled ones, or every readable one of a folder; decoded when they are needed, resized to what is
//! asked for. Which one is shown is told by a number; what is drawn from the seed, and what becomes of the pixels, is not known here.

mod decode;
mod image_set;
mod order;
mod resize;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::frame::{Raster, Size};
use crate::io::cache::BudgetedCache;
use crate::io::input::Input;
use crate::seed::Seed;
use crate::spec::{Fit, ImageSource};

use image_set::{Decoded, ImageSet};
use order::Order;

pub use image_set::IMAGE_SETS;

/// Whether an image of this size is decoded: one of more pixels would take too much memory.
#[must_use]
pub fn can_decode(size: Size) -> bool {
    u64::from(size.width) * u64::from(size.height) <= decode::LARGEST
}

/// Decodes a whole image; gives its file format, as the command line calls it, and its size.
///
/// # Errors
/// What is wrong with it.
pub fn decode_whole(bytes: &[u8]) -> std::result::Result<(String, Size), String> {
    let format = ::image::guess_format(bytes).map_err(|why| why.to_string())?;
    let name = format!("{format:?}").to_lowercase();
    decode::decode(bytes).map(|raster| (name, raster.size))
}

/// Decodes an image and makes it small: no side is longer than so many pixels, and what is transparent is laid on white.
///
/// # Errors
/// What is wrong with it.
pub fn thumbnail(bytes: &[u8], longest: u32) -> std::result::Result<Raster, String> {
    let whole = decode::decode(bytes)?.over(u8::MAX);
    let size = whole.size.within(longest);
    if size == whole.size {
        return Ok(whole);
    }
    resize::resize(&whole, size, Fit::Stretch).map_err(|why| why.to_string())
}

/// Bytes of decoded images that are kept.
const KEPT: usize = 64 << 20;

/// Hears, once for each, of files that turn out broken.
type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// A decoded image.
#[derive(Debug)]
struct Still {
    /// What it is called in records.
    name: Arc<str>,
    raster: Raster,
}

/// What stands at a place.
enum Found {
    Whole(Arc<Still>),
    /// What is wrong with it.
    Broken(Arc<str>),
}

/// A finite set of images.
pub struct Sources {
    image_set: Box<dyn ImageSet>,
    order: Order,
    decoded: BudgetedCache<u32, Arc<Still>>,
    /// Images whose header is sound but whose body is not, and why.
    broken: Mutex<HashMap<u32, Arc<str>>>,
    warn: Warn,
}

impl Sources {
    /// Finds the images; none for noise. Only the headers of a folder's files are read, and one whole image.
    ///
    /// # Errors
    /// [`Error::Request`] when the folder cannot be read or has no readable image.
    pub fn open(source: &ImageSource, seed: Seed, warn: Warn) -> Result<Option<Self>> {
        let ImageSource::Set { name, sampling } = source else { return Ok(None) };
        let image_set = image_set::open(name)?;
        let order = Order::new(*sampling, seed, image_set.len());
        let sources = Self { image_set, order, decoded: BudgetedCache::new(KEPT), broken: Mutex::default(), warn };
        sources.readable(0)?;
        Ok(Some(sources))
    }

    /// What was not taken, in a line for the user.
    #[must_use]
    pub fn skipped(&self) -> Option<String> {
        self.image_set.skipped()
    }

    /// What of the folder the images follow from; none where they are those of the program.
    ///
    /// # Errors
    /// [`Error::Encode`] when a file cannot be read any more.
    pub fn input(&self) -> Result<Option<Input>> {
        self.image_set.input()
    }

    /// The name of the image that `number` stands for, and what it is at `size`.
    ///
    /// # Errors
    /// [`Error::File`] when a file cannot be read any more.
    pub fn image(&self, number: u64, size: Size, fit: Fit) -> Result<(Arc<str>, Raster)> {
        let place = self.order.place(number);
        let image = self.readable(place)?;
        Ok((Arc::clone(&image.name), resize::resize(&image.raster, size, fit)?))
    }

    /// The image at a place; one that is broken is stood in for by the next that is not, so that what is shown depends on
    /// the folder alone.
    fn readable(&self, place: u32) -> Result<Arc<Still>> {
        let (mut news, mut why) = (Vec::new(), None);
        for place in (place..self.image_set.len()).chain(0..place) {
            let known = self.lock_broken().get(&place).cloned();
            let problem = match known {
                Some(problem) => problem,
                None => match self.found(place)? {
                    Found::Whole(image) => {
                        news.iter().for_each(|problem| {
                            (self.warn)(&format!("`image.source`: {problem}; the next image stands in for it"))
                        });
                        return Ok(image);
                    }
                    Found::Broken(problem) => {
                        if self.lock_broken().insert(place, Arc::clone(&problem)).is_none() {
                            news.push(Arc::clone(&problem));
                        }
                        problem
                    }
                },
            };
            why.get_or_insert(problem);
        }
        let problem = format!("none of its images can be decoded ({})", why.as_deref().unwrap_or_default());
        Err(Error::request("image.source", problem, image_set::fix()))
    }

    /// The image at a place, or what is wrong with it.
    fn found(&self, place: u32) -> Result<Found> {
        let mut problem = None;
        let decode = || {
            let name = self.image_set.name(place);
            match self.image_set.image(place)? {
                Decoded::Whole(raster) => Ok(Arc::new(Still { name, raster })),
                Decoded::Broken(why) => {
                    problem = Some(format!("{name}: {why}").into());
                    Err(Error::encode("image", why))
                }
            }
        };
        let weight = |image: &Arc<Still>| size_of::<Still>() + image.name.len() + image.raster.pixels.len();
        let decoded = self.decoded.get(&place, weight, decode);
        problem.map_or_else(|| decoded.map(Found::Whole), |problem| Ok(Found::Broken(problem)))
    }

    fn lock_broken(&self) -> MutexGuard<'_, HashMap<u32, Arc<str>>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
