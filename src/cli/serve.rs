//! `masque serve`: a dataset over HTTP, made or not.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::needs::Given;
use super::request::{RequestArgs, Resolved};
use super::{Typed, mix, value};
use crate::dataset::format;
use crate::error::{Error, Result};
use crate::generate::{Generator, GeneratorOptions};
use crate::io::bytes::Bytes;
use crate::serve::{ServeOptions, ServedFolder, Source, serve as serve_source};
use crate::spec::{FilesSpec, Media, Spec};

/// What was typed.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) given: Given,
    /// Folder of a dataset whose media have files; without it, a request is served, whose items are made when they are asked for
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    listen: ListenArgs,
    #[command(flatten)]
    pub(super) request: RequestArgs,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
struct ListenArgs {
    /// Where to listen: this machine alone, unless told otherwise; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000", value_parser = address)]
    listen: SocketAddr,
    /// What clients find it by, an address of http or https, for the addresses in lines [default: where it listens]
    #[arg(long, value_name = "URL", value_parser = value::text())]
    public_url: Option<String>,
    /// Bytes of items to keep for who asks again, such as 4G
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = value::bytes)]
    cache: u64,
    /// Items that may wait to be made; who asks for more is told to come back
    #[arg(long, value_name = "N", default_value = "256", value_parser = value::whole::<usize>(0, 1 << 20, "items"))]
    queue: usize,
}

/// What is to be served.
#[derive(Debug)]
pub enum Serve {
    /// The files of a dataset.
    Folder(PathBuf, Box<ServeOptions>),
    /// A request, whose items are made when they are asked for.
    Request(Box<ServedRequest>),
}

/// A request that is to be served.
#[derive(Debug)]
pub struct ServedRequest {
    spec: Spec,
    generator: GeneratorOptions,
    options: ServeOptions,
    /// What the user has to know of it.
    notes: Vec<String>,
}

impl ServeArgs {
    /// What was meant.
    ///
    /// # Errors
    /// [`Error::Request`] for anything that cannot be met.
    pub(super) fn resolve(self, typed: &Typed) -> Result<Serve> {
        let Self { given, folder, listen, request } = self;
        let options = ServeOptions {
            listen: listen.listen,
            public_url: listen.public_url.map(|url| url.trim_end_matches('/').to_owned()),
            cache_bytes: listen.cache,
            queue: listen.queue,
            ..ServeOptions::default()
        };
        options.public_url.as_deref().map_or(Ok(()), check_public_url)?;
        if let Some(folder) = folder {
            let own = ["listen", "public-url"];
            return match given.flags().find(|flag| *flag != "folder" && !own.contains(&flag.as_str())) {
                Some(flag) => {
                    Err(Error::request(format!("--{flag}"), "the folder's media are made", "drop one of them"))
                }
                None => Ok(Serve::Folder(folder, Box::new(options))),
            };
        }
        let resolved = match &typed.request {
            Some(manifest) => request.of_manifest(given, for_serving(manifest), (None, FilesSpec::default())),
            None => mix::resolve(typed, (given, request), (Media::Inline, FilesSpec::default()), None),
        };
        let Resolved { spec, mut generator, mut notes, seed_was_drawn, .. } = resolved.map_err(without_files)?;
        if seed_was_drawn {
            notes.push(format!("seed {}", spec.seed.0));
        }
        generator.memory_limit = beside_cache(generator.memory_limit, options.cache_bytes)?;
        // What servers have to take is the addresses in lines.
        let prefix = options.public_url.clone().unwrap_or_else(|| format!("http://{}", options.listen));
        let spec = Spec { media: Media::Url { prefix }, ..spec };
        Ok(Serve::Request(Box::new(ServedRequest { spec, generator, options, notes })))
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "give an address of this machine and a port, such as 127.0.0.1:8000 or [::]:8000".to_owned())
}

/// Refuses what no address here can begin with.
fn check_public_url(url: &str) -> Result<()> {
    let host = ["http://", "https://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
        let problem = format!("{url:?} is no address");
        return Err(Error::request("--public-url", problem, "give one such as http://media.example"));
    }
    Media::Url { prefix: url.to_owned() }.check().map_err(of_public_url)
}

/// The addresses of media are this server's own: what is refused of them is refused of `--public-url`.
fn of_public_url(why: Error) -> Error {
    match why {
        Error::Request { field, problem, fix } if field == "media.url.prefix" => {
            Error::request("--public-url", problem, fix)
        }
        Error::Requests(all) => Error::Requests(all.into_iter().map(of_public_url).collect()),
        other => other,
    }
}

/// A format whose media have to stand in files has no lines here.
fn without_files(why: Error) -> Error {
    match why {
        Error::Request { field, problem, .. } if field == "media" => {
            Error::request("--format", problem, "drop it: the lines of a server name media by their addresses")
        }
        other => other,
    }
}

/// A manifest's request, without the formats whose lines cannot be had of a server.
fn for_serving(manifest: &Spec) -> Spec {
    let mut spec = Spec { media: Media::Inline, ..manifest.clone() };
    let holds = |name: &String| format::chosen(&Spec { formats: vec![name.clone()], ..spec.clone() }).is_ok();
    let formats = spec.formats.iter().filter(|name| holds(name)).cloned().collect();
    spec.formats = formats;
    spec
}

/// Bytes of memory for making items, of all that may be used: items are kept besides, and as much is on its way to clients.
fn beside_cache(limit: Option<u64>, cache: u64) -> Result<Option<u64>> {
    let Some(limit) = limit else { return Ok(None) };
    match cache.checked_mul(2).and_then(|both| limit.checked_sub(both)) {
        Some(left) => Ok(Some(left)),
        None => {
            let problem = format!("{} are kept, and as much is on its way to clients", Bytes(cache));
            let fix = format!("give {} or less, or more with --memory-limit", Bytes(limit / 4));
            Err(Error::request("--cache", problem, fix))
        }
    }
}

/// Serves until it is interrupted, and says where.
///
/// # Errors
/// A request that cannot be met; an address that cannot be listened on.
pub fn serve(what: Serve, interrupt: Arc<AtomicBool>, spell: impl Fn(&str) -> String) -> Result<()> {
    let mut said = Vec::new();
    let (source, options) = match what {
        Serve::Folder(folder, options) => (Source::Folder(ServedFolder::open(&folder)?), *options),
        Serve::Request(what) => {
            let ServedRequest { spec, generator, options, notes } = *what;
            let generator = GeneratorOptions { warn: Some(Arc::new(say)), ..generator };
            let generator = Generator::with(spec, &generator).map_err(of_public_url)?;
            said = notes.iter().chain(generator.notes()).map(|note| spell(note)).collect();
            (Source::Request(Box::new(generator)), options)
        }
    };
    let options = ServeOptions { interrupt, ..options };
    serve_source(source, &options, |prefix| {
        // The one line on standard output, for who waits for it.
        let told = super::shell::print(format!("{prefix}\n").as_bytes());
        if told.is_ok() {
            said.iter().for_each(|note| say(note));
            say("serving; end it with Ctrl-C");
        }
    })
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
