//! The command `masque`: reads what was typed, does it, and turns an error into one line and an exit status. What belongs to the
//! process as a whole is settled here: allocator, signals, panics, streams.

mod allocator;
mod ending;
mod signals;
mod streams;
mod threads;

use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use clap::Parser;
use clap::error::ErrorKind;
use masque::cli::{Cli, Command};
use masque::error::{Error, Result};

fn main() -> ExitCode {
    quieten_vulkan();
    silence_panics();
    match Cli::try_parse() {
        Ok(cli) => finish(run(cli.command)),
        Err(shown) if shown.use_stderr() && shown.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            finish(Err(Error::Usage(one_line(&shown.render().to_string()))))
        }
        Err(shown) => {
            let _ = shown.print();
            ExitCode::from(if shown.use_stderr() { 2 } else { 0 })
        }
    }
}

/// Mesa's layer that orders devices writes errors to the terminal where there is no desktop; nothing here needs it.
fn quieten_vulkan() {
    #[expect(unsafe_code, reason = "the environment belongs to the process")]
    // SAFETY: this is the first thing that the process does, so there is no other thread that might read the environment.
    unsafe {
        std::env::set_var("NODEVICE_SELECT", "1");
    }
}

/// A panic becomes an error, which is told like any other; who asks for a backtrace is shown where it came from.
fn silence_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
        panic::set_hook(Box::new(|_| ()));
    }
}

fn run(command: Command) -> Result<()> {
    let interrupt = signals::watch();
    panic::catch_unwind(AssertUnwindSafe(|| act(command, &interrupt)))
        .unwrap_or_else(|payload| Err(Error::panic(&*payload)))
}

fn act(command: Command, interrupt: &AtomicBool) -> Result<()> {
    match command {
        Command::Generate(args) => {
            let (spec, options) = args.resolve()?;
            streams::check(&options)?;
            masque::run::run(&spec, &options, interrupt)
        }
        Command::Preview(args) => masque::preview::preview(&args),
    }
}

/// clap's complaint and its tips, without the usage, on one line.
fn one_line(complaint: &str) -> String {
    let complaint =
        complaint.split("\nUsage:").next().unwrap_or_default().split("\nFor more").next().unwrap_or_default();
    let lines: Vec<_> = complaint.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").trim_start_matches("error: ").replace(":; --", ": --")
}

fn finish(outcome: Result<()>) -> ExitCode {
    let Err(why) = outcome else { return ExitCode::SUCCESS };
    if !matches!(why, Error::PipeClosed) {
        let _ = writeln!(std::io::stderr(), "masque: {why}");
    }
    ExitCode::from(why.exit_status())
}
