//! Pictures to be shown: the bundled ones, or every readable one of a folder; decoded when they are needed, resized to what is
//! asked for. Which one is shown is told by a number; what is drawn from the seed, and what becomes of the pixels, is not known here.

mod decode;
mod order;
mod resize;
mod shelf;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::frame::{Raster, Size};
use crate::io::cache::BudgetedCache;
use crate::io::input::Input;
use crate::seed::Seed;
use crate::spec::{Fit, ImageSource};

use order::Order;
use shelf::Shelf;

/// Bytes of decoded pictures that are kept.
const KEPT: usize = 64 << 20;

/// Hears, once for each, of files that turn out broken.
type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// A decoded picture.
#[derive(Debug)]
struct Picture {
    /// What it is called in records.
    name: Arc<str>,
    raster: Raster,
}

/// A finite set of pictures.
pub struct Sources {
    shelf: Shelf,
    order: Order,
    decoded: BudgetedCache<u32, Arc<Picture>>,
    /// Pictures whose header is sound but whose body is not, and why.
    broken: Mutex<HashMap<u32, Arc<str>>>,
    warn: Warn,
}

impl Sources {
    /// Finds the pictures; none for noise. Only the headers of a folder's files are read, and one whole picture.
    ///
    /// # Errors
    /// [`Error::Request`] when the folder cannot be read or has no readable picture.
    pub fn open(source: &ImageSource, seed: Seed, warn: Warn) -> Result<Option<Self>> {
        let (shelf, sampling) = match source {
            ImageSource::Noise => return Ok(None),
            ImageSource::Assets(sampling) => (Shelf::bundled(), *sampling),
            ImageSource::Folder(folder, sampling) => (Shelf::folder(folder)?, *sampling),
        };
        let order = Order::new(sampling, seed, shelf.len());
        let sources = Self { shelf, order, decoded: BudgetedCache::new(KEPT), broken: Mutex::default(), warn };
        sources.readable(0)?;
        Ok(Some(sources))
    }

    /// What was not taken, in a line for the user.
    #[must_use]
    pub fn skipped(&self) -> Option<String> {
        self.shelf.skipped()
    }

    /// What of the folder the pictures follow from; none where they are those of the program.
    ///
    /// # Errors
    /// [`Error::Encode`] when a file cannot be read any more.
    pub fn input(&self) -> Result<Option<Input>> {
        self.shelf.input()
    }

    /// The name of the picture that `number` stands for, and what it is at `size`.
    ///
    /// # Errors
    /// [`Error::File`] when a file cannot be read any more.
    pub fn picture(&self, number: u64, size: Size, fit: Fit) -> Result<(Arc<str>, Raster)> {
        let place = self.order.place(number);
        let picture = self.readable(place)?;
        Ok((Arc::clone(&picture.name), resize::resize(&picture.raster, size, fit)?))
    }

    /// The picture at a place; one that is broken is stood in for by the next that is not, so that what is shown depends on
    /// the folder alone.
    fn readable(&self, place: u32) -> Result<Arc<Picture>> {
        let (mut news, mut why) = (Vec::new(), None);
        for place in (place..self.shelf.len()).chain(0..place) {
            let known = self.lock_broken().get(&place).cloned();
            let problem = match known {
                Some(problem) => problem,
                None => match self.decoded(place)? {
                    Ok(picture) => {
                        news.iter().for_each(|problem| {
                            (self.warn)(&format!("`image.source`: {problem}; the next picture stands in for it"))
                        });
                        return Ok(picture);
                    }
                    Err(problem) => {
                        if self.lock_broken().insert(place, Arc::clone(&problem)).is_none() {
                            news.push(Arc::clone(&problem));
                        }
                        problem
                    }
                },
            };
            why.get_or_insert(problem);
        }
        let problem = format!("none of its pictures can be decoded ({})", why.as_deref().unwrap_or_default());
        Err(Error::request("image.source", problem, shelf::FIX))
    }

    /// The picture at a place, or what is wrong with it.
    fn decoded(&self, place: u32) -> Result<Result<Arc<Picture>, Arc<str>>> {
        let mut problem = None;
        let decode = || {
            let (name, bytes) = (self.shelf.name(place), self.shelf.read(place)?);
            let decoded = decode::decode(&bytes).map_err(|why| {
                problem = Some(format!("{name}: {why}").into());
                Error::encode("picture", why)
            });
            decoded.map(|raster| Arc::new(Picture { name, raster }))
        };
        let decoded = self.decoded.get(
            &place,
            |picture| size_of::<Picture>() + picture.name.len() + picture.raster.pixels.len(),
            decode,
        );
        problem.map_or_else(|| decoded.map(Ok), |problem| Ok(Err(problem)))
    }

    fn lock_broken(&self) -> MutexGuard<'_, HashMap<u32, Arc<str>>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
