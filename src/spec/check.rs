//! What a request must be, whoever made it. Whether this machine can meet it, with its encoders, tokenizers and devices, is found
//! out when they are opened.

use super::{
    AudioSpec, CacheBust, Conversation, FilesSpec, ImageSpec, Lengths, Literals, Media, Pair, Prefixes, Reuse, SIDES,
    Spec, TextSpec, TrackSpec, Turns, VideoSpec,
};
use crate::error::{Error, Result};
use crate::media_tokens;
use crate::seed::{ITEMS_PER_RECORD, RECORDS};
use crate::spec::Distribution;

/// Least and greatest values: turns; milliseconds between them; tokens; items of a kind in a turn; seconds; pixels a side of
/// images; frames a second.
const TURNS: Bounds = (1.0, 10_000.0);
const PAUSE: Bounds = (0.0, 1e12);
const TOKENS: Bounds = (1.0, 1e8);
const ITEMS: Bounds = (1.0, 1000.0);
const SOUND: Bounds = (0.01, 86_400.0);
const CLIP: Bounds = (0.0, 86_400.0);
const PIXELS: Bounds = (1.0, 65_535.0);
const RATE: Bounds = (1.0, 1000.0);
/// Conversations that begin in a second.
const ARRIVALS: Bounds = (1e-6, 1e6);

/// Samples a second; bits a sample; prompts in a turn.
const SAMPLE_RATE: (u32, u32) = (1000, 384_000);
const DEPTHS: [u16; 4] = [8, 16, 24, 32];
const PROMPTS: u64 = 10_000;

/// Files of a format, whose numbers have five digits.
const FILES: u64 = 99_999;

/// The least budget of a record's media, in bytes: a small image.
const BUDGET: u64 = 1000;

type Bounds = (f64, f64);

impl Spec {
    /// The request, checked: with distributions that keep the bounds of what they are for.
    ///
    /// # Errors
    /// [`Error::Request`] that names the field, such as `image.width`, what it is and what would work.
    pub fn checked(self) -> Result<Self> {
        if self.mix.is_empty() {
            return self.checked_alone();
        }
        if let Some(share) = self.mix.iter().find(|share| !(share.weight.is_finite() && share.weight > 0.0)) {
            return Err(Error::request("mix", format!("weight {}", share.weight), "give weights above 0"));
        }
        self.map_shares(|number, share| share.checked_alone().map_err(|why| why.within(&format!("mix[{number}]"))))
    }

    fn checked_alone(mut self) -> Result<Self> {
        number("records", self.records, 1, RECORDS)?;
        if let Some(name) = self.model_families.iter().find(|name| media_tokens::named(name).is_none()) {
            let names: Vec<_> = media_tokens::FAMILIES.iter().map(|row| row.name).collect();
            let problem = format!("there is no family {name}");
            return Err(Error::request("model_families", problem, format!("give {}", names.join(", "))));
        }
        self.conversation.settle()?;
        self.text.as_mut().map_or(Ok(()), TextSpec::settle)?;
        self.image.as_mut().map_or(Ok(()), ImageSpec::settle)?;
        self.audio.as_mut().map_or(Ok(()), AudioSpec::settle)?;
        self.video.as_mut().map_or(Ok(()), VideoSpec::settle)?;
        if self.video.as_ref().is_some_and(|video| video.as_frames) && self.reuse.rate > 0.0 {
            return refuse("video.as_frames", "frames are not reused", "drop it, or `reuse.rate`").map(|()| self);
        }
        self.reuse.check()?;
        self.media.check()?;
        self.files.check(self.records)?;
        if let Some(rate) = self.arrival_rate.filter(|rate| !(ARRIVALS.0..=ARRIVALS.1).contains(rate)) {
            refuse("arrival_rate", rate.to_string(), format!("give {} to {} a second", ARRIVALS.0, ARRIVALS.1))?;
        }
        if self.body.model.as_deref() == Some("") {
            refuse("body.model", "it is empty", "give the name that the server knows the model by")?;
        }
        if self.text.is_none() && !self.has_media() {
            refuse("text", "text, image, audio and video are all off", "ask for one of them")?;
        }
        if let Some(bytes) = self.max_payload_bytes {
            number("max_payload_bytes", bytes, BUDGET, u64::MAX)?;
            if self.reuse.rate > 0.0 {
                return refuse("max_payload_bytes", "reused items keep their size", "drop it, or `reuse.rate`")
                    .map(|()| self);
            }
        }
        self.check_placement()?;
        self.check_items()?;
        Ok(self)
    }

    /// Refuses turns in which there would be nothing, and windows in which there is nothing to repeat.
    fn check_placement(&self) -> Result<()> {
        let several = self.conversation.turns.bounds().1 > 1.0;
        let kinds = [
            ("placement.images", self.image.is_some(), self.placement.images),
            ("placement.audios", self.audio.is_some(), self.placement.audios),
            ("placement.videos", self.video.is_some(), self.placement.videos),
        ];
        let everywhere = self.text.is_some() || kinds.iter().any(|(_, there, turns)| *there && *turns == Turns::All);
        let rare = kinds.iter().find(|(_, there, turns)| *there && *turns != Turns::All);
        if let Some((field, ..)) = rare.filter(|_| several && !everywhere) {
            return refuse(field, "other turns would be empty", "ask for prompts as well, or give all");
        }
        match self.placement.window {
            Some(0 | 1) => refuse("placement.window", "it holds a turn's own images alone", "give 2 or more"),
            Some(_) if !several => refuse("placement.window", "there is one turn", "ask for several turns"),
            Some(_) if self.image.is_none() => refuse("placement.window", "there are no images", "ask for images"),
            // A turn that shows images again would have their bytes again.
            Some(_) if self.max_payload_bytes.is_some() => {
                refuse("max_payload_bytes", "`placement.window` repeats images", "drop one of them")
            }
            _ => Ok(()),
        }
    }

    /// Refuses what could be more items of a kind than a record can hold.
    fn check_items(&self) -> Result<()> {
        let turns = self.conversation.turns.bounds().1;
        let kinds = [
            ("image.count", self.image.as_ref().map(|image| &image.count)),
            ("audio.count", self.audio.as_ref().map(|audio| &audio.count)),
            ("video.count", self.video.as_ref().map(|video| &video.count)),
        ];
        let frames = self.video.as_ref().filter(|video| video.as_frames).map_or(1, VideoSpec::most_frames);
        for (field, count) in kinds {
            let each = if field == "video.count" { f64::from(frames) } else { 1.0 };
            let count = count.map_or(0.0, |count| count.bounds().1) * each;
            if turns * count > ITEMS_PER_RECORD as f64 {
                let problem = format!("{count} in each of up to {turns} turns; a record holds {ITEMS_PER_RECORD}");
                let most = (ITEMS_PER_RECORD as f64 / turns).floor();
                return refuse(
                    field,
                    problem,
                    format!("give {most} at most, or fewer turns with `conversation.turns.max`"),
                );
            }
        }
        Ok(())
    }
}

impl Conversation {
    fn settle(&mut self) -> Result<()> {
        whole("conversation.turns", &mut self.turns, TURNS)?;
        self.delay_ms.as_mut().map_or(Ok(()), |delay| whole("conversation.delay_ms", delay, PAUSE))
    }
}

impl TextSpec {
    fn settle(&mut self) -> Result<()> {
        if self.tokenizer.is_empty() {
            return refuse("text.tokenizer", "it is empty", "give builtin, a tokenizer.json or a Hugging Face name");
        }
        match &mut self.lengths {
            Lengths::Independent { isl, osl } => {
                whole("text.isl", isl, TOKENS)?;
                osl.as_mut().map_or(Ok(()), |osl| whole("text.osl", osl, TOKENS))?;
            }
            Lengths::Pairs(pairs) => pairs_of(pairs)?,
        }
        number("text.batch", self.batch, 1, PROMPTS)?;
        match self.prefixes {
            Prefixes::None => {}
            Prefixes::Pool { size, length } => {
                number("text.prefixes.size", size, 1, 1 << 32)?;
                number("text.prefixes.length", length, 1, TOKENS.1 as u64)?;
            }
            Prefixes::Shared { system, user_context } => {
                number("text.prefixes.system", system.unwrap_or(1), 1, TOKENS.1 as u64)?;
                number("text.prefixes.user_context", user_context.unwrap_or(1), 1, TOKENS.1 as u64)?;
                if system.is_some() && self.system_prompt.is_some() {
                    return refuse(
                        "text.prefixes.system",
                        "there is a `text.system_prompt` as well",
                        "keep one of them",
                    );
                }
            }
        }
        self.check_literals()?;
        if self.answers && !matches!(self.lengths, Lengths::Pairs(_) | Lengths::Independent { osl: Some(_), .. }) {
            return refuse("text.osl", "answers have no length", "give one");
        }
        if self.system_prompt.as_deref() == Some("") {
            return refuse("text.system_prompt", "it is empty", "drop it, or give it a text");
        }
        if matches!(self.cache_bust, CacheBust::SystemPrefix | CacheBust::SystemSuffix) && !self.has_system() {
            let fix = "give `text.prefixes.system` or `text.system_prompt`, or use first_turn_prefix";
            return refuse("text.cache_bust", "there is no system prompt to mark", fix);
        }
        Ok(())
    }
}

impl TextSpec {
    fn check_literals(&self) -> Result<()> {
        let Some(Literals { texts, .. }) = &self.literals else { return Ok(()) };
        some("text.literals", texts)?;
        if texts.iter().any(|text| text.trim().is_empty()) {
            return refuse("text.literals", "one is empty", "drop it, or give it a text");
        }
        let opens = matches!(self.cache_bust, CacheBust::FirstTurnPrefix | CacheBust::FirstTurnSuffix)
            || matches!(self.prefixes, Prefixes::Pool { .. } | Prefixes::Shared { user_context: Some(_), .. });
        match opens {
            true => refuse(
                "text.literals",
                "a shared prefix, a context or a marker would stand before a given prompt",
                "drop one of them",
            ),
            false => Ok(()),
        }
    }
}

fn pairs_of(pairs: &mut [(f64, Pair)]) -> Result<()> {
    some("text.pairs", pairs)?;
    for (weight, Pair { isl, osl }) in pairs {
        if !(weight.is_finite() && *weight > 0.0) {
            return refuse("text.pairs", format!("weight {weight}"), "give weights above 0");
        }
        whole("text.pairs", isl, TOKENS)?;
        whole("text.pairs", osl, TOKENS)?;
    }
    Ok(())
}

impl ImageSpec {
    fn settle(&mut self) -> Result<()> {
        whole("image.width", &mut self.width, PIXELS)?;
        whole("image.height", &mut self.height, PIXELS)?;
        whole("image.count", &mut self.count, ITEMS)?;
        some("image.formats", &self.formats)?;
        number("image.quality", self.quality.into(), 1, 100)
    }
}

impl AudioSpec {
    fn settle(&mut self) -> Result<()> {
        real("audio.seconds", &mut self.seconds, SOUND)?;
        whole("audio.count", &mut self.count, ITEMS)?;
        some("audio.sample_rates", &self.sample_rates)?;
        some("audio.bit_depths", &self.bit_depths)?;
        some("audio.formats", &self.formats)?;
        self.sample_rates.iter().try_for_each(|rate| sample_rate("audio.sample_rates", *rate))?;
        self.bit_depths.iter().try_for_each(|bits| depth("audio.bit_depths", *bits))?;
        number("audio.channels", self.channels.into(), 1, 2)
    }
}

impl VideoSpec {
    fn settle(&mut self) -> Result<()> {
        whole("video.width", &mut self.width, SIDES)?;
        whole("video.height", &mut self.height, SIDES)?;
        real("video.seconds", &mut self.seconds, CLIP)?;
        self.rates.as_mut().map_or(Ok(()), |rates| whole("video.rates", rates, RATE))?;
        whole("video.count", &mut self.count, ITEMS)?;
        if self.rate.num == 0 || self.rate.den == 0 || self.rate.fps() > RATE.1 {
            return refuse("video.rate", self.rate.to_string(), format!("give a rate above 0, up to {}", RATE.1));
        }
        number("video.frames", self.frames.unwrap_or(1).into(), 1, 1 << 24)?;
        self.track.as_ref().map_or(Ok(()), TrackSpec::check)
    }
}

impl TrackSpec {
    fn check(&self) -> Result<()> {
        number("video.track.channels", self.channels.into(), 1, 2)?;
        sample_rate("video.track.sample_rate", self.sample_rate)?;
        depth("video.track.bit_depth", self.bit_depth)
    }
}

impl Media {
    /// Refuses what no address can begin with.
    pub(crate) fn check(&self) -> Result<()> {
        let Self::Url { prefix } = self else { return Ok(()) };
        let scheme = prefix.split_once("://").map_or("", |(scheme, _)| scheme);
        let fix = "give an address such as http://host:8000/d, https://bucket.example/d or file:///data/d/media";
        if !["http", "https", "file"].contains(&scheme) || prefix.ends_with("://") {
            return refuse("media.url.prefix", format!("{prefix:?} is no address"), fix);
        }
        match prefix.chars().find(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\\' | '?' | '#')) {
            Some(c) => refuse("media.url.prefix", format!("{prefix:?} has {c:?} in it"), fix),
            None if prefix.ends_with('/') => {
                refuse("media.url.prefix", format!("{prefix:?} ends in a slash"), "drop it")
            }
            None => Ok(()),
        }
    }
}

impl FilesSpec {
    fn check(self, records: u64) -> Result<()> {
        let Some(lines) = self.lines else { return Ok(()) };
        number("files.lines", lines, 1, RECORDS)?;
        match records.div_ceil(lines) {
            0..=FILES => Ok(()),
            files => {
                let least = records.div_ceil(FILES);
                refuse("files.lines", format!("{lines} makes {files} files"), format!("give {least} or more"))
            }
        }
    }
}

impl Reuse {
    fn check(self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.rate) {
            return refuse("reuse.rate", self.rate.to_string(), "give 0 to 1");
        }
        number("reuse.pool", self.pool, 1, RECORDS)
    }
}

fn whole(field: &str, values: &mut Distribution, bounds: Bounds) -> Result<()> {
    *values = values.clone().settled(field, bounds, true)?;
    Ok(())
}

fn real(field: &str, values: &mut Distribution, bounds: Bounds) -> Result<()> {
    *values = values.clone().settled(field, bounds, false)?;
    Ok(())
}

fn number(field: &str, value: u64, least: u64, most: u64) -> Result<()> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => refuse(field, value.to_string(), format!("give {least} to {most}")),
    }
}

fn some<T>(field: &str, values: &[T]) -> Result<()> {
    if values.is_empty() { refuse(field, "it is empty", "give one at least") } else { Ok(()) }
}

fn sample_rate(field: &str, rate: u32) -> Result<()> {
    number(field, rate.into(), SAMPLE_RATE.0.into(), SAMPLE_RATE.1.into())
}

fn depth(field: &str, bits: u16) -> Result<()> {
    match DEPTHS.contains(&bits) {
        true => Ok(()),
        false => refuse(field, bits.to_string(), "give 8, 16, 24 or 32"),
    }
}

fn refuse(field: &str, problem: impl Into<String>, fix: impl Into<String>) -> Result<()> {
    Err(Error::request(field, problem, fix))
}
