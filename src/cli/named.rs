//! A request by names, for programs that use the library: the flags of `generate` and their values, as a request file has them. What
//! belongs to a run of the program, such as its folder, is no part of it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::config;
use super::{Options, Request, Stop, Typed, schema};
use crate::error::{Error, Result};
use crate::generate::GeneratorOptions;
use crate::spec::Spec;

/// Flags that say how a dataset is written, which a program says when it writes one.
const OF_WRITING: [&str; 5] = ["overwrite", "resume", "checkpoint-interval", "shard", "quiet"];

/// A request by the names of the program's flags, as a request file has it.
///
/// ```
/// use masque::{Generator, NamedRequest};
/// use serde_json::json;
///
/// # fn main() -> masque::Result<()> {
/// let names = json!({"isl": {"mean": 550, "stddev": 100}, "image": {"width_mean": 64, "height_mean": 48}, "random_seed": 42});
/// let request = NamedRequest::of(None, names.as_object().cloned().unwrap_or_default())?;
/// let generator = Generator::with(request.spec.clone(), &request.options).map_err(|why| request.spell(why))?;
/// assert!(generator.record(0)?.turns[0].prompts[0].tokens > 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct NamedRequest {
    /// What is asked for; where no seed is named, one is drawn.
    pub spec: Spec,
    /// How it is met: the backend, the number of threads, and so on. The hub is that of the environment.
    pub options: GeneratorOptions,
    /// Files that it was read from, each with its field, as [`crate::WriteOptions`] takes them.
    pub inputs: Vec<(&'static str, PathBuf)>,
    /// Whether no seed was named.
    pub seed_was_drawn: bool,
    /// What the user should know of it.
    pub notes: Vec<String>,
    typed: Typed,
}

impl NamedRequest {
    /// Reads what these names ask for. They go before those of what a file holds, which is told by its name.
    ///
    /// # Errors
    /// [`Error::Request`] that names what cannot be met as it was written.
    pub fn of(file: Option<(&str, Map<String, Value>)>, names: Map<String, Value>) -> Result<Self> {
        let typed = Typed::of_names(file, names)?;
        if let Some(flag) = OF_WRITING.iter().find(|flag| typed.has(&format!("--{flag}"))) {
            let fix = "say it where the dataset is written";
            return Err(typed.spell_flag(Error::request(format!("--{flag}"), "it is no part of a request", fix)));
        }
        match typed.read() {
            Ok(Request::Generate(what)) => {
                let (spec, Options { generator: options, inputs, seed_was_drawn, notes, .. }) = *what;
                Ok(Self { spec, options, inputs, seed_was_drawn, notes, typed })
            }
            Ok(_) => Err(Error::request("request", "it is another command's", "name flags of generate")),
            Err(Stop::Refuse(why)) => Err(why),
            Err(Stop::Show(shown)) => Err(Error::request("request", shown.to_string(), "name flags of generate")),
        }
    }

    /// The names and values that a request file holds, for [`NamedRequest::of`].
    ///
    /// # Errors
    /// [`Error::Request`] with the file.
    pub fn load(file: &Path) -> Result<Map<String, Value>> {
        config::load(file)
    }

    /// The JSON schema of what [`NamedRequest::of`] takes, but that names may be written with underscores as well.
    #[must_use]
    pub fn schema() -> Value {
        let mut schema = schema();
        if let Some(names) = schema["properties"].as_object_mut() {
            names.retain(|name, _| !OF_WRITING.contains(&name.as_str()));
        }
        schema
    }

    /// An error with the names of the fields that it tells, each as it was written.
    #[must_use]
    pub fn spell(&self, error: Error) -> Error {
        self.typed.spell(error)
    }

    /// A text with these names.
    #[must_use]
    pub fn spell_text(&self, text: &str) -> String {
        self.typed.spell_text(text)
    }
}
