//! The checks: what a server does not take of an item, of a body, of an address.

use super::rows::{Files, Server};
use crate::spec::{Media, Modality, Spec};

/// Why servers do not take something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The field of the request that makes it so.
    pub field: &'static str,
    /// Which servers object, and to what.
    pub problem: String,
    /// What would work.
    pub fix: String,
}

/// An item, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Medium<'a> {
    /// Its kind.
    pub modality: Modality,
    /// Pixels, of images and clips; of several, the least or the greatest that there may be.
    pub sides: Option<(u32, u32)>,
    /// FFmpeg's name of a clip's codec.
    pub codec: Option<&'a str>,
    /// FFmpeg's name of a clip's pixel format.
    pub pixel_format: Option<&'a str>,
    /// Bytes, before base64.
    pub bytes: Option<u64>,
}

/// Where a server gets media from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// In the request.
    Body,
    /// From an address that begins so.
    Address(&'a str),
}

/// What an objection is of, before it is known how many servers share it: field, problem and fix.
type Refused = Option<(&'static str, String, String)>;

/// What would be decoded by every server.
const UNIVERSAL: &str = "give --video-profile universal";

impl Medium<'_> {
    /// What these servers do not take of it.
    #[must_use]
    pub fn objections(&self, servers: &[&Server]) -> Vec<Objection> {
        let checks: [fn(&Self, &Server) -> Refused; 5] =
            [Self::codec, Self::pixel_format, Self::clip_side, Self::pixels, Self::weight];
        checks.iter().flat_map(|check| gather(servers, |server| check(self, server))).collect()
    }

    fn codec(&self, server: &Server) -> Refused {
        let codec = self.codec.filter(|codec| !server.codecs.contains(codec))?;
        Some(("video.codec", format!("no decoder of {codec}"), UNIVERSAL.to_owned()))
    }

    fn pixel_format(&self, server: &Server) -> Refused {
        let takes = server.pixel_formats;
        let format = self.pixel_format.filter(|format| !takes.is_empty() && !takes.contains(format))?;
        Some(("video.pixel_format", format!("no decoder of {format}"), UNIVERSAL.to_owned()))
    }

    fn clip_side(&self, server: &Server) -> Refused {
        let (width, height) = self.sides.filter(|_| self.modality == Modality::Video)?;
        let (field, side) = if width <= height { ("video.width", width) } else { ("video.height", height) };
        let (least, at_least) = (server.clip_side, format!("give {} pixels or more", server.clip_side));
        (side < least).then(|| (field, format!("no decoder of clips {side} pixels wide or high"), at_least))
    }

    fn pixels(&self, server: &Server) -> Refused {
        let (width, height) = self.sides.filter(|_| self.modality == Modality::Image)?;
        let (found, most) = (u64::from(width) * u64::from(height), server.image_pixels);
        let problem = || format!("an image of {width}x{height} is refused as a decompression bomb");
        (found > most).then(|| ("image.width", problem(), format!("give {most} pixels at most")))
    }

    fn weight(&self, server: &Server) -> Refused {
        let (bytes, kind) = (self.bytes?, self.modality.name());
        let own = if self.modality == Modality::Audio { server.audio_bytes } else { None };
        let most = own.into_iter().chain(server.item_bytes).min().filter(|most| bytes > *most)?;
        let (field, fix) = match self.modality {
            Modality::Image => ("image.width", "smaller sides, or give --image-format jpeg"),
            Modality::Audio => ("audio.seconds", "a shorter length, or give --audio-format mp3"),
            Modality::Video => ("video.seconds", "a shorter length, or give --video-bitrate"),
        };
        Some((field, format!("{kind} of {}, more than {}", mib(bytes), mib(most)), format!("give {fix}")))
    }
}

/// What these servers do not take of a request that has so many bytes of media, before base64.
#[must_use]
pub fn of_body(servers: &[&Server], media: u64) -> Vec<Objection> {
    let body = media.div_ceil(3) * 4;
    gather(servers, |server| {
        let most = server.body_bytes.filter(|most| body > *most)?;
        let problem = format!("a request of {}, more than {}", mib(body), mib(most));
        let fix = format!("give `max_payload_bytes` {}M, or send media by their addresses", most / 4 * 3 / 1_000_000);
        Some(("max_payload_bytes", problem, fix))
    })
}

impl<'a> Delivery<'a> {
    /// Where this request puts them.
    #[must_use]
    pub fn of(request: &'a Spec) -> Self {
        match &request.media {
            Media::Url { prefix } => Self::Address(prefix),
            Media::Inline | Media::Files => Self::Body,
        }
    }

    /// What these servers do not take of it.
    #[must_use]
    pub fn objections(&self, servers: &[&Server]) -> Vec<Objection> {
        gather(servers, |server| {
            let Self::Address(address) = self else { return None };
            let fix = |fix: &str| Some(("media.url.prefix", fix.to_owned()));
            let (field, fix) = match host(address) {
                None if server.files == Files::Refused => fix("give the address of a web server, or --media inline")?,
                Some(host) if !server.plain_hosts && is_plain(host) => fix("give a host's name without a port")?,
                _ => return None,
            };
            Some((field, format!("nothing is fetched from {address}"), fix))
        })
    }

    /// What has to be said to servers so that they take it.
    #[must_use]
    pub fn notes(&self, servers: &[&Server]) -> Vec<String> {
        let Self::Address(address) = self else { return Vec::new() };
        let flags = servers.iter().filter_map(|server| match server.files {
            Files::Below(flag) if host(address).is_none() => Some((server.name, flag)),
            _ => None,
        });
        flags
            .map(|(name, flag)| format!("{name}: start it with {flag}, which names a folder above the media"))
            .collect()
    }
}

/// The host of an address; none of a file.
fn host(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    (scheme != "file").then(|| rest.split('/').next().unwrap_or(rest))
}

/// Whether a host is a number, or has a port.
fn is_plain(host: &str) -> bool {
    host.contains(':') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The objections of all servers, of which each is told once with those that share it.
fn gather(servers: &[&Server], check: impl Fn(&Server) -> Refused) -> Vec<Objection> {
    let mut all: Vec<(Vec<&str>, Objection)> = Vec::new();
    for server in servers {
        let Some((field, problem, fix)) = check(server) else { continue };
        let objection = Objection { field, problem, fix };
        match all.iter_mut().find(|(_, known)| *known == objection) {
            Some((names, _)) => names.push(server.name),
            None => all.push((vec![server.name], objection)),
        }
    }
    let told = |(names, it): (Vec<&str>, Objection)| Objection {
        problem: format!("{}: {}", names.join(", "), it.problem),
        ..it
    };
    all.into_iter().map(told).collect()
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
