//! The NEEDS table: flags that change nothing unless something else is asked for. Such a flag, when typed, is refused, since a
//! flag that is ignored is worse than an error. What a flag's own value cannot be is said elsewhere.

use std::collections::BTreeSet;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::content::text;
use crate::dataset::format;
use crate::encode::{TRACK_CODECS, VIDEO_CODECS};
use crate::error::{Error, Result};
use crate::spec::{ImageFormat, ImageSource, ImageSpec, Lengths, Prefixes, Spec, TextSpec};

/// The flags that were typed, by first name, without dashes.
#[derive(Debug, Clone)]
pub(super) struct Given(BTreeSet<String>);

impl Given {
    /// All of them.
    pub(super) fn flags(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// Whether this one was typed.
    pub(super) fn has(&self, flag: &str) -> bool {
        self.0.contains(flag)
    }
}

/// It adds no flag of its own.
impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        // clap has an id for each struct of flags as well, by the struct's name.
        let is_flag = |id: &&clap::Id| !id.as_str().starts_with(char::is_uppercase);
        let typed = |id: &&clap::Id| is_flag(id) && matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        Ok(Self(matches.ids().filter(typed).map(|id| id.as_str().replace('_', "-")).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What a need is held against.
pub(super) struct Context<'a> {
    pub(super) spec: &'a Spec,
    pub(super) given: &'a Given,
}

/// Flags and what they need.
struct Need {
    /// By first names, without dashes; a final `*` stands for any ending.
    flags: &'static [&'static str],
    /// But not these.
    save: &'static [&'static str],
    met: fn(&Context<'_>) -> bool,
    /// What is said when it is not met.
    problem: &'static str,
    fix: &'static str,
}

/// Every need; where several are not met, the first one speaks.
const NEEDS: &[Need] = &[
    Need {
        flags: &["image-*"],
        save: &["image-width-mean", "image-height-mean"],
        met: |context| context.spec.image.is_some(),
        problem: "images are off, since they have no size",
        fix: "give --image-width-mean and --image-height-mean as well",
    },
    Need {
        flags: &["audio-*"],
        save: &["audio-length-mean"],
        met: |context| context.spec.audio.is_some(),
        problem: "audio is off, since it has no length",
        fix: "give --audio-length-mean as well",
    },
    Need {
        flags: &["video-*", "encoder-fallback"],
        save: &[],
        met: |context| context.spec.video.is_some(),
        problem: "video is off, since it has no size",
        fix: "give --video-width and --video-height as well",
    },
    Need {
        flags: &[
            "prompt",
            "prompt-*",
            "random-range-ratio",
            "shared-system-prompt-length",
            "user-context-prompt-length",
            "system-prompt*",
            "cache-bust",
            "tokenizer*",
            "offline",
            "count-special-tokens",
            "corpus",
        ],
        save: &["prompt-input-tokens-mean"],
        met: |context| context.spec.text.is_some(),
        problem: "text is off",
        fix: "give --prompt-input-tokens-mean 1 or more",
    },
    Need {
        flags: &["prompt-output-tokens-*"],
        save: &["prompt-output-tokens-mean"],
        met: |context| text(context, |text| !matches!(text.lengths, Lengths::Independent { osl: None, .. })),
        problem: "there is no output length",
        fix: "give --prompt-output-tokens-mean as well",
    },
    Need {
        flags: &["tokenizer-revision"],
        save: &[],
        met: |context| text(context, |text| !is_embedded(text) && !Path::new(&text.tokenizer).exists()),
        problem: "the tokenizer is none of the Hugging Face hub's",
        fix: "give --tokenizer a name such as Qwen/Qwen3-0.6B",
    },
    Need {
        flags: &["count-special-tokens"],
        save: &[],
        met: |context| text(context, |text| !is_embedded(text)),
        problem: "the built-in tokenizers add none",
        fix: "drop it, or give another --tokenizer",
    },
    Need {
        flags: &["corpus"],
        save: &[],
        met: |context| {
            let generated = |text: &TextSpec| matches!(text.prefixes, Prefixes::Shared { system: Some(_), .. });
            let alone = |text: &TextSpec| text.literals.as_ref().is_some_and(|literals| literals.alone);
            format::hold_answers(context.spec) || text(context, |text| !alone(text) || generated(text))
        },
        problem: "prompts are given word for word",
        fix: "drop it, or give --prompt-input-tokens-mean as well",
    },
    Need {
        flags: &["conversation-turn-delay-*"],
        save: &[],
        met: |context| context.spec.conversation.turns.bounds().1 > 1.0,
        problem: "there is one turn, with no pause before it",
        fix: "give --conversation-turn-mean 2 or more",
    },
    Need {
        flags: &["conversation-turn-delay-ratio"],
        save: &[],
        met: |context| {
            ["mean", "stddev", "distribution"]
                .iter()
                .any(|end| context.given.has(&format!("conversation-turn-delay-{end}")))
        },
        problem: "there is no pause",
        fix: "give --conversation-turn-delay-mean as well",
    },
    Need {
        flags: &["media", "media-*", "max-payload-bytes"],
        save: &[],
        met: |context| context.spec.has_media(),
        problem: "images, audio and video are off",
        fix: "drop it, or give a size or a length of them",
    },
    Need {
        flags: &["image-turns", "audio-turns", "video-turns", "image-window"],
        save: &[],
        met: |context| context.spec.conversation.turns.bounds().1 > 1.0,
        problem: "there is one turn",
        fix: "give --conversation-turn-mean 2 or more",
    },
    Need {
        flags: &["media-order"],
        save: &[],
        met: |context| context.spec.text.is_some(),
        problem: "text is off",
        fix: "drop it, or give --prompt-input-tokens-mean 1 or more",
    },
    Need {
        flags: &["media-pool-size"],
        save: &[],
        met: |context| context.spec.reuse.rate > 0.0,
        problem: "nothing is reused",
        fix: "give --media-reuse-rate as well",
    },
    Need {
        flags: &["model-family", "for"],
        save: &[],
        met: |context| context.spec.has_media(),
        problem: "there are no media, of which it tells",
        fix: "give --image-width-mean and --image-height-mean, or drop it",
    },
    Need {
        flags: &["gpu-adapter"],
        save: &[],
        met: |context| {
            context.spec.video.is_some() || image(context, |image| matches!(image.source, ImageSource::Noise))
        },
        problem: "nothing is drawn",
        fix: "drop it, or give --video-width and --video-height",
    },
    Need {
        flags: &["image-quality"],
        save: &[],
        met: |context| image(context, |image| image.formats.iter().any(|format| *format != ImageFormat::Png)),
        problem: "PNG has no quality",
        fix: "give --image-format jpeg or webp",
    },
    Need {
        flags: &["image-png-compression"],
        save: &[],
        met: |context| image(context, |image| image.formats.contains(&ImageFormat::Png)),
        problem: "no image is PNG",
        fix: "drop it, or give --image-format png",
    },
    Need {
        flags: &[
            "video-format",
            "video-codec",
            "video-speed",
            "video-bitrate",
            "video-crf",
            "video-gop",
            "video-pixel-format",
            "video-encoder-option",
            "video-audio-*",
            "encoder-fallback",
        ],
        save: &[],
        met: |context| context.spec.video.as_ref().is_none_or(|video| !video.as_frames),
        problem: "clips are their frames, which no encoder of video sees",
        fix: "drop it, or drop --video-as",
    },
    Need {
        flags: &["video-fps"],
        save: &[],
        met: |context| context.spec.video.as_ref().is_none_or(|video| !video.as_frames || video.frames.is_none()),
        problem: "it changes no frame of a clip of so many frames",
        fix: "drop it, or give --video-duration instead of --video-frames",
    },
    Need {
        flags: &["video-audio-*"],
        save: &["video-audio-num-channels"],
        met: |context| context.spec.video.as_ref().is_some_and(|video| video.track.is_some()),
        problem: "clips have no audio track",
        fix: "give --video-audio-num-channels 1 or 2",
    },
    Need {
        flags: &["video-audio-sample-rate"],
        save: &[],
        met: |context| {
            let track = context.spec.video.as_ref().and_then(|video| video.track.as_ref());
            let own = |name: &str| TRACK_CODECS.iter().find(|row| row.name == name).and_then(|row| row.sample_rate);
            track.is_none_or(|track| own(&track.codec).is_none_or(|rate| rate == track.sample_rate))
        },
        problem: "Opus runs at 48 kHz whatever is asked for",
        fix: "drop it, or give --video-audio-codec aac",
    },
    Need {
        flags: &["encoder-fallback"],
        save: &[],
        met: |context| {
            let on_card = |name: &str| VIDEO_CODECS.iter().any(|row| row.name == name && row.on_cpu.is_some());
            context.spec.video.as_ref().is_some_and(|video| on_card(&video.codec))
        },
        problem: "no encoder of a graphics card was named",
        fix: "drop it, or give --video-codec h264_nvenc",
    },
];

fn text(context: &Context<'_>, met: impl Fn(&TextSpec) -> bool) -> bool {
    context.spec.text.as_ref().is_some_and(met)
}

fn image(context: &Context<'_>, met: impl Fn(&ImageSpec) -> bool) -> bool {
    context.spec.image.as_ref().is_some_and(met)
}

fn is_embedded(text: &TextSpec) -> bool {
    text::is_embedded(&text.tokenizer)
}

/// Refuses a flag that was typed, is one of those that `counts`, and whose need is not met.
///
/// # Errors
/// [`Error::Request`].
pub(super) fn check(context: &Context<'_>, counts: impl Fn(&str) -> bool) -> Result<()> {
    for need in NEEDS.iter().filter(|need| !(need.met)(context)) {
        if let Some(flag) = context.given.0.iter().find(|flag| counts(flag) && need.covers(flag)) {
            return Err(Error::request(format!("--{flag}"), need.problem, need.fix));
        }
    }
    Ok(())
}

/// The same of a request that may be a mix: a flag is refused whose need no share meets.
///
/// # Errors
/// [`Error::Request`].
pub(super) fn check_shares(spec: &Spec, given: &Given) -> Result<()> {
    let shares = spec.shares();
    for flag in given.flags() {
        let mut refusals = shares.iter().map(|spec| check(&Context { spec, given }, |other| other == flag));
        if let Some(Err(why)) = refusals.next()
            && refusals.all(|refusal| refusal.is_err())
        {
            return Err(why);
        }
    }
    Ok(())
}

impl Need {
    fn covers(&self, flag: &str) -> bool {
        let is = |row: &&str| row.strip_suffix('*').map_or(flag == *row, |start| flag.starts_with(start));
        self.flags.iter().any(is) && !self.save.contains(&flag)
    }
}
