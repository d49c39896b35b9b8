//! Options of the encoders' own that a request may not name, at the top level or inside a list such as `x264-params`: those
//! that contradict the frames, read or write files, or make bytes depend on the machine. What an encoder does not know at all
//! is not refused here, but by the encoder. Knows nothing of FFmpeg beyond its options' names.

/// Options that hold a list of the library's own options, as `key=value:key=value`. Keys of other lists are not known, so
/// such lists are refused.
pub(in crate::encode) const LISTS: [&str; 7] =
    ["x264-params", "x264opts", "x265-params", "svtav1-params", "aom-params", "rav1e-params", "ts-parameters"];

/// Options that are refused for one reason.
struct Refused {
    /// Their names, in small letters, with `-` for `_`; a last `*` stands for any ending.
    keys: &'static [&'static str],
    /// The only list that they are refused in; none: refused everywhere.
    within: Option<&'static str>,
    /// Which values are refused.
    values: fn(&str) -> bool,
    /// What is wrong with them.
    why: &'static str,
    /// What to do instead.
    fix: &'static str,
}

const SIZE: &str = "it would change the size of the frames";
const RATE: &str = "it would change how many frames there are, or when they are shown";
const FORMAT: &str = "it would change the pixel format";
const COLOUR: &str = "it would change what the colours mean";
const FILE: &str = "it may read or write a file outside of the dataset";
const MACHINE: &str = "it makes the bytes depend on the machine";
const OUT: &str = "leave it out";

const fn refused(keys: &'static [&'static str], why: &'static str, fix: &'static str) -> Refused {
    Refused { keys, within: None, values: any, why, fix }
}

/// Every option that is refused.
const REFUSED: [Refused; 16] = [
    refused(
        &["video-size", "s", "size", "width", "height", "input-res", "forced-max-frame-*", "max-pixels"],
        SIZE,
        "give `video.width` and `video.height`",
    ),
    refused(&["crop", "crop-rect", "display-window", "resize-*", "sar", "aspect"], SIZE, OUT),
    refused(
        &["fps", "fps-*", "framerate", "frame-rate", "r", "time-base", "timebase", "force-cfr", "vfr-input"],
        RATE,
        "give `video.rate`",
    ),
    refused(&["frames", "total-frames", "frame-dup", "field", "interlace"], RATE, "give `video.frames`"),
    refused(
        &[
            "pixel-format",
            "pix-fmt",
            "*csp",
            "*color-format",
            "*bit-depth",
            "input-depth",
            "output-depth",
            "bits-per-*",
        ],
        FORMAT,
        "give `video.pixel_format`",
    ),
    refused(&["chroma-sampling", "input-chroma-*", "monochrome"], FORMAT, "give `video.pixel_format`"),
    refused(&["color-*", "colorspace", "colorprim", "colormatrix", "transfer*", "matrix-*"], COLOUR, OUT),
    refused(
        &["range", "fullrange", "input-range", "pixel-range", "chromaloc", "chroma-sample-*", "alternative-transfer"],
        COLOUR,
        OUT,
    ),
    refused(
        &["stats*", "*logfile", "qpfile", "cqmfile", "zonefile", "*-file", "csv*", "dump-yuv", "recon*", "dhdr10-*"],
        FILE,
        OUT,
    ),
    refused(
        &[
            "analysis-*",
            "opencl*",
            "film-grain-table",
            "*-path",
            "*-log",
            "*-output",
            "*-distribution-info",
            "use-q-file",
        ],
        FILE,
        OUT,
    ),
    Refused { values: |value| !["off", "default"].contains(&value), ..refused(&["scaling-list"], FILE, OUT) },
    Refused { within: Some("x265-params"), ..refused(&["film-grain"], FILE, OUT) },
    refused(&["pass", "passes", "multi-pass-*"], "it is for an encoding in several passes", OUT),
    refused(&["annexb", "copy-pic", "ctu-info"], "the container or the frames are not as it needs them", OUT),
    Refused {
        values: |value| !value.parse::<u32>().is_ok_and(|count| count > 0),
        ..refused(&["threads", "frame-threads", "deterministic"], MACHINE, "give 1 or more, or leave it out")
    },
    refused(&["n-deterministic", "non-deterministic"], MACHINE, OUT),
];

fn any(_: &str) -> bool {
    true
}

/// What of a request's options is refused, and what to do instead.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::encode) struct Refusal {
    pub(in crate::encode) problem: String,
    pub(in crate::encode) fix: &'static str,
}

/// Looks through options, the lists among them too.
///
/// # Errors
/// The first that is refused.
pub(in crate::encode) fn check(options: &[(String, String)]) -> Result<(), Refusal> {
    options.iter().try_for_each(|(key, value)| {
        check_one(key, value, None)?;
        match LISTS.iter().find(|list| *list == key) {
            Some(list) => pairs(value).into_iter().try_for_each(|(key, value)| check_one(&key, &value, Some(list))),
            None if is_list(key) => {
                let problem = format!("{key} holds options of a library whose own are not known here");
                Err(Refusal { problem, fix: OUT })
            }
            None => Ok(()),
        }
    })
}

fn is_list(key: &str) -> bool {
    ["-params", "-opts", "_params", "_opts"].iter().any(|end| key.ends_with(end))
}

fn check_one(key: &str, value: &str, list: Option<&str>) -> Result<(), Refusal> {
    let spelt = key.to_ascii_lowercase().replace('_', "-");
    let names =
        [spelt.as_str(), spelt.strip_prefix("no-").unwrap_or(&spelt), spelt.strip_prefix("no").unwrap_or(&spelt)];
    let matches = |row: &&Refused| {
        let here = row.within.is_none() || row.within == list;
        here && (row.values)(value) && row.keys.iter().any(|pattern| names.iter().any(|name| fits(pattern, name)))
    };
    REFUSED.iter().find(matches).map_or(Ok(()), |row| {
        let place = list.map(|list| format!(" in {list}")).unwrap_or_default();
        Err(Refusal { problem: format!("{key}={value}{place} is refused: {}", row.why), fix: row.fix })
    })
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}

/// The keys and values of a list, and more: FFmpeg and the libraries part it at colons that are not quoted, this at all
/// colons, without the quotes. So none of its keys is missed, whoever reads it.
fn pairs(list: &str) -> Vec<(String, String)> {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !"'\"\\".contains(*c)).collect::<String>();
    let pair =
        |part: &str| part.split_once('=').map_or((bare(part), String::new()), |(key, value)| (bare(key), bare(value)));
    list.split([':', ',']).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(key: &str, value: &str) -> Option<Refusal> {
        check(&[(key.to_owned(), value.to_owned())]).err()
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        for (key, value) in [
            ("video_size", "64x64"),
            ("VIDEO-SIZE", "64x64"),
            ("passlogfile", "x"),
            ("threads", "0"),
            ("threads", "auto"),
            ("x264-params", "bframes=2:stats=x"),
            ("x264opts", "no-mbtree:dump_yuv=x"),
            ("x265-params", "c\\sv=x"),
            ("x265-params", "'csv'=x"),
            ("x265-params", "input-res=16x16"),
            ("x265-params", "zones=0,9,csv=x"),
            ("x265-params", "film-grain=x"),
            ("x265-params", "scaling-list=x"),
            ("x265-params", "no-copy-pic=1"),
            ("svtav1-params", "resize-mode=1"),
            ("aom-params", "film-grain-table=x"),
            ("kvazaar-params", "anything=1"),
        ] {
            assert!(refusal(key, value).is_some(), "{key}={value}");
        }
    }

    #[test]
    fn harmless_options_are_taken() {
        for (key, value) in [
            ("preset", "slow"),
            ("profile", "high"),
            ("threads", "4"),
            ("x264-params", "profile=high:merange=16:deblock=1,1:no-mbtree=1"),
            ("x265-params", "scaling-list=default:no-sao=1"),
            ("svtav1-params", "film-grain=8:lp=2"),
        ] {
            assert_eq!(refusal(key, value), None, "{key}={value}");
        }
    }
}
