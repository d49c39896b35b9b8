//! Every encoder of the tables, tried out.

use std::path::Path;

use super::{Area, Finding};
use crate::encode::{self, Trial, VIDEO_CODECS};
use crate::error::Error;
use crate::spec::Modality;

/// Encoders that a request without flags takes: what cannot do without them, cannot do the main job.
fn is_needed(name: &str) -> bool {
    let usual = encode::CONTAINERS.iter().flat_map(|row| [row.drawn, Some(row.codec)]).flatten();
    // x264 is the usual one for noise in MP4 alone, and GPL: a build without it is a whole one.
    let mut usual = usual.filter(|name| *name != "libx264");
    usual.any(|usual| usual == name) || ["wav", "png", "jpeg", "webp"].contains(&name)
}

pub(super) fn findings(capabilities: Option<&str>) -> Vec<Finding> {
    let has_driver = Path::new("/dev/nvidiactl").exists();
    let trials = encode::trials();
    let works: Vec<_> = trials.iter().filter(|trial| trial.outcome.is_ok()).map(|trial| trial.name).collect();
    let finding = |Trial { modality, name, outcome }: Trial| {
        let area = match modality {
            Modality::Image => Area::Image,
            Modality::Audio => Area::Audio,
            Modality::Video => Area::Video,
        };
        let finding = match outcome {
            Ok(()) => Finding::works(area, name, "encodes"),
            Err(why) => {
                let problem = match why {
                    Error::Encode { problem, .. } => problem,
                    other => other.to_string(),
                };
                let fix = fix(name, &problem, has_driver, capabilities, &works);
                Finding::absent(area, name, problem, fix)
            }
        };
        if is_needed(name) { finding.needed() } else { finding }
    };
    trials.into_iter().map(finding).collect()
}

/// What to do about an encoder, by its own words; `works` are the encoders that do.
fn fix(name: &str, problem: &str, has_driver: bool, capabilities: Option<&str>, works: &[&str]) -> Option<String> {
    let on_cpu = VIDEO_CODECS.iter().find(|row| row.name == name).and_then(|row| row.on_cpu);
    let said = |words: &[&str]| words.iter().any(|word| problem.contains(word));
    if said(&["no such encoder"]) {
        let fix = match name {
            "libx264" | "libx265" => "take masque's gpl tarball or wheel, or an FFmpeg that is built with it",
            _ => "install an FFmpeg that is built with it",
        };
        return Some(fix.to_owned());
    }
    let others: Vec<_> = [on_cpu?, "masque_h264"].into_iter().filter(|other| works.contains(other)).collect();
    let others = if others.is_empty() { "another encoder".to_owned() } else { others.join(" or ") };
    Some(match has_driver {
        _ if said(&["unsupported device", "No capable devices", "No NVENC capable"]) => {
            format!("this GPU has no NVENC engine (A100, H100, H200 and B200 have none): take {others}")
        }
        true if said(&["Cannot load"]) => match capabilities {
            Some(said) if !said.split(',').any(|one| matches!(one.trim(), "all" | "video")) => {
                format!("start the container with NVIDIA_DRIVER_CAPABILITIES=all; it was {said}")
            }
            _ => "install NVIDIA's encode library (libnvidia-encode); in a container, start it with \
                  NVIDIA_DRIVER_CAPABILITIES=all"
                .to_owned(),
        },
        true if said(&["driver does not support", "minimum required Nvidia driver"]) => {
            "update NVIDIA's driver: this FFmpeg was built for a newer one".to_owned()
        }
        true => format!("look at nvidia-smi; until then take {others}"),
        false => format!("there is no NVIDIA driver here: take {others}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_encoder_has_one_thing_to_be_done() {
        let rows = [
            ("Cannot load libcuda.so.1", false, None, "no NVIDIA driver here"),
            ("Cannot load libnvidia-encode.so.1", true, Some("compute,utility"), "it was compute,utility"),
            ("Cannot load libnvidia-encode.so.1", true, None, "libnvidia-encode"),
            ("OpenEncodeSessionEx failed: unsupported device (2)", true, Some("all"), "no NVENC engine"),
            ("The minimum required Nvidia driver for nvenc is 570.0 or newer", true, None, "update"),
            ("out of memory", true, None, "nvidia-smi"),
            ("this FFmpeg has no such encoder", true, None, "install an FFmpeg"),
        ];
        for (problem, has_driver, capabilities, words) in rows {
            let fix = fix("h264_nvenc", problem, has_driver, capabilities, &["masque_h264"]).unwrap_or_default();
            assert!(fix.contains(words), "{problem}: {fix}");
        }
        assert_eq!(fix("libvpx-vp9", "it fails", false, None, &[]), None);
        let no_driver = fix("h264_nvenc", "Cannot load libcuda.so.1", false, None, &["libvpx", "masque_h264"]);
        assert_eq!(no_driver.as_deref(), Some("there is no NVIDIA driver here: take masque_h264"));
        let x264 = fix("libx264", "this FFmpeg has no such encoder", false, None, &[]).unwrap_or_default();
        assert!(x264.contains("gpl tarball"), "{x264}");
    }
}
