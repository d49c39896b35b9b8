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
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use masque::cli::{self, Output, Request, Stop, Typed};
use masque::error::{Error, Result};
use masque::process;

fn main() -> ExitCode {
    quieten_libraries();
    silence_panics();
    match panic::catch_unwind(read).unwrap_or_else(|payload| Err(Stop::Refuse(Error::panic(&*payload)))) {
        Ok((typed, request)) => finish(run(request, &typed).map_err(|why| typed.spell(why))),
        Err(Stop::Refuse(why)) => finish(Err(why)),
        Err(Stop::Show(shown)) => {
            let _ = shown.print();
            ExitCode::from(if shown.use_stderr() { 2 } else { 0 })
        }
    }
}

/// What was typed, and what it means.
fn read() -> Result<(Typed, Request), Stop> {
    let typed = Typed::new(std::env::args_os().collect()).with_config().map_err(Stop::Refuse)?;
    let request = typed.read()?;
    Ok((typed, request))
}

/// Mesa's layer that orders devices writes errors to the terminal where there is no desktop; nothing here needs it. SVT-AV1 has a
/// log of its own, which goes to standard error unless this variable says that errors alone are wanted.
fn quieten_libraries() {
    #[expect(unsafe_code, reason = "the environment belongs to the process")]
    // SAFETY: this is the first thing that the process does, so there is no other thread that might read the environment.
    unsafe {
        std::env::set_var("NODEVICE_SELECT", "1");
        if std::env::var_os("SVT_LOG").is_none() {
            std::env::set_var("SVT_LOG", "1");
        }
    }
    process::capture_ffmpeg_log();
    process::return_large_memory();
}

/// A panic becomes an error, which is told like any other; who asks for a backtrace is shown where it came from.
fn silence_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
        panic::set_hook(Box::new(|_| ()));
    }
}

fn run(request: Request, typed: &Typed) -> Result<()> {
    let interrupt = signals::watch();
    panic::catch_unwind(AssertUnwindSafe(|| act(request, typed, interrupt)))
        .unwrap_or_else(|payload| Err(Error::panic(&*payload)))
}

fn act(request: Request, typed: &Typed, interrupt: Arc<AtomicBool>) -> Result<()> {
    match request {
        Request::Generate(what) => {
            let (spec, options) = &*what;
            streams::check(options)?;
            if matches!(options.output, Output::Folder { .. }) {
                signals::tell(&options.resume_command);
            }
            cli::generate(spec, options, interrupt, |text| typed.spell_text(text))
        }
        Request::Merge(args) => cli::merge(&args, interrupt, |text| typed.spell_text(text)),
        Request::Inspect(args) => cli::inspect(&args, interrupt, |text| typed.spell_text(text)),
        #[cfg(feature = "serve")]
        Request::Serve(what) => {
            signals::be_patient();
            cli::serve(what, interrupt, |text| typed.spell_text(text))
        }
        Request::Doctor(args) => cli::doctor(&args),
        Request::Completions(args) => cli::completions(&args),
        Request::Man(args) => cli::man(&args),
        Request::Preview(args) => cli::preview(&args),
    }
}

fn finish(outcome: Result<()>) -> ExitCode {
    let Err(why) = outcome else { return ExitCode::SUCCESS };
    let told = match &why {
        Error::PipeClosed => &[][..],
        Error::Requests(all) => &all[..],
        one => std::slice::from_ref(one),
    };
    for one in told {
        let _ = writeln!(std::io::stderr(), "masque: {}", one.line());
    }
    ExitCode::from(why.exit_status())
}
