//! `masque doctor`: what works on this machine.

use std::env;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{hub, shell};
use crate::doctor::{Area, CheckupOptions, Finding, State, checkup};
use crate::error::{Error, Result};

/// What was typed.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Folder that datasets would be written to
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Tries everything and prints what works on standard output.
///
/// # Errors
/// [`Error::Unfit`] when something that the main job needs does not work.
pub fn doctor(args: &DoctorArgs) -> Result<()> {
    let capabilities = env::var("NVIDIA_DRIVER_CAPABILITIES").ok();
    let options = CheckupOptions { hub: hub::of_environment(true), folder: args.folder.clone(), capabilities };
    let findings = checkup(&options);
    let text = if args.json {
        let value = serde_json::json!({ "masque": env!("CARGO_PKG_VERSION"), "findings": findings });
        format!("{value:#}\n")
    } else {
        told(&findings)
    };
    shell::print(text.as_bytes())?;
    let failing: Vec<_> = findings.iter().filter(|it| it.state == State::Fails).map(|it| it.name.as_str()).collect();
    if failing.is_empty() { Ok(()) } else { Err(Error::Unfit(format!("{} does not work here", failing.join(", ")))) }
}

fn told(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    let mut area = None;
    for finding in findings {
        if area.replace(finding.area) != Some(finding.area) {
            let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, heading(finding.area));
        }
        let state = match finding.state {
            State::Works => "works",
            State::Absent => "-",
            State::Fails => "FAILS",
        };
        let _ = writeln!(text, "  {state:<5}  {:<width$}  {}", finding.name, finding.detail);
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "  {:<5}  {:<width$}  -> {fix}", "", "");
        }
    }
    text
}

fn heading(area: Area) -> &'static str {
    match area {
        Area::Machine => "machine",
        Area::Renderer => "renderers",
        Area::Ffmpeg => "FFmpeg",
        Area::Video => "encoders of clips",
        Area::Audio => "encoders of audio, and of sound tracks",
        Area::Image => "encoders of images",
        Area::Tokenizer => "tokenizers",
    }
}
