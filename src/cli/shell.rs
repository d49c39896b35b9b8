//! What a shell and `man` know of the program, made from the flags' own table.

use std::io::Write;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::error::{Error, Result};

/// `masque completions SHELL`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// The commands that have pages.
const PAGES: &[&str] = &[
    "generate",
    "merge",
    "inspect",
    #[cfg(feature = "serve")]
    "serve",
    "doctor",
    "preview",
];

/// `masque man [COMMAND]`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page is wanted [default: the program's own]
    #[arg(value_name = "COMMAND", value_parser = PossibleValuesParser::new(PAGES))]
    page: Option<String>,
}

/// Prints what the shell completes the program's words by.
///
/// # Errors
/// [`Error::Output`], or [`Error::PipeClosed`] when nobody reads any more.
pub fn completions(args: &CompletionsArgs) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "masque", &mut text);
    print(&text)
}

/// Prints a page for `man`.
///
/// # Errors
/// [`Error::Output`], or [`Error::PipeClosed`] when nobody reads any more.
pub fn man(args: &ManArgs) -> Result<()> {
    let mut program = Cli::command();
    program.build();
    let command = args.page.as_deref().and_then(|name| program.find_subcommand(name)).unwrap_or(&program);
    let name = args.page.as_ref().map_or_else(|| "masque".to_owned(), |page| format!("masque-{page}"));
    let mut text = Vec::new();
    let command = command.clone().display_name(name.clone()).mut_args(with_aliases);
    let page = clap_mangen::Man::new(command).title(name.to_uppercase());
    page.render(&mut text).map_err(Error::Output)?;
    print(&text)
}

/// A flag whose help names its other names, which pages leave out.
fn with_aliases(flag: Arg) -> Arg {
    let Some(names) = flag.get_visible_aliases().filter(|names| !names.is_empty()) else { return flag };
    let names: Vec<_> = names.iter().map(|name| format!("--{name}")).collect();
    let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
    flag.help(format!("{help} [also {}]", names.join(", ")))
}

/// Prints on standard output.
pub(super) fn print(text: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|why| match why.kind() {
        std::io::ErrorKind::BrokenPipe => Error::PipeClosed,
        _ => Error::Output(why),
    })
}
