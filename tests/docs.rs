//! The documentation is true: every command of README and the book runs as it stands there and prints what is shown below it, one
//! that cannot run here says why and is a command that masque takes, links lead somewhere, and flags are there, those of other tools
//! by their released packages (`peer_flags.txt`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use clap::CommandFactory;
use libtest_mimic::{Arguments, Failed, Trial};
use masque::cli::{Cli, Stop, Typed};
use masque::dataset::format::FORMATS;

use pages::{Block, Page, Row, code, commands, fits, shows};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Pages at the root of the tree, which the book takes up.
const AT_ROOT: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "BENCHMARKS.md", "CHANGELOG.md"];

/// Flags on our pages that are none of masque's and none of the load generators'.
const OF_OTHERS: [&str; 8] = [
    "--gpus",
    "--device",
    "--allowed-media-domains",
    "--allowed-local-media-path",
    "--test",
    "--bench",
    "--masque",
    "--pictures",
];

/// The tools of the map of flags, by its headings.
const MAPPED: [(&str, &str); 4] =
    [("AIPerf", "aiperf"), ("vLLM bench", "vllm"), ("GuideLLM", "guidellm"), ("inference-perf", "inference-perf")];

type Outcome = Result<(), Failed>;
type Check = fn() -> Outcome;

/// The flags of load generators: for each, a list of each flag's names.
type Tools = BTreeMap<&'static str, Vec<Vec<&'static str>>>;

fn main() {
    let arguments = Arguments::from_args();
    let checks: [(&str, Check); 6] = [
        ("every page is in the book", every_page_is_in_the_book),
        ("every link leads somewhere", every_link_leads_somewhere),
        ("every flag is there", every_flag_is_there),
        ("readers know the flags of formats' commands", readers_know_the_flags_of_formats_commands),
        ("every format is told of", every_format_is_told_of),
        ("the map of flags is whole", the_map_of_flags_is_whole),
    ];
    let checks = checks.into_iter().map(|(name, check)| Trial::test(name, check));
    let pages = paths().into_iter().map(|path| {
        let name = format!("commands of {}", path.display());
        Trial::test(name, move || commands_run(&Page::read(Path::new(ROOT), path)))
    });
    libtest_mimic::run(&arguments, checks.chain(pages).collect()).exit();
}

/// README, the other pages at the root, and those of the book.
fn paths() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let book = entries.map(|entry| Path::new("docs").join(entry.unwrap().file_name()));
    let mut book: Vec<_> = book.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    book.sort();
    AT_ROOT.iter().map(PathBuf::from).chain(book).collect()
}

fn all_pages() -> Vec<Page> {
    paths().into_iter().map(|path| Page::read(Path::new(ROOT), path)).collect()
}

/// All faults together, so that they are mended together.
fn judge(faults: Vec<String>) -> Outcome {
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// Runs a page's blocks in order, in a folder of its own, by a shell that has masque on its path; a later block is where the earlier
/// one has gone.
fn commands_run(page: &Page) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let mut folder = home.path().join("work");
    fs::create_dir(&folder).unwrap();
    for block in page.blocks.iter().filter(|block| ["sh", "console"].contains(&block.language.as_str())) {
        let failed = |why: String| Err(Failed::from(format!("{}: {why}", page.at(block.line))));
        if block.not_run.as_ref().is_some_and(|reason| reason.split_whitespace().count() < 3) {
            return failed("it does not say why it is not run".into());
        }
        if let Err(why) = is_sound(block) {
            return failed(why);
        }
        for (command, shown) in block.commands().into_iter().filter(|_| block.not_run.is_none()) {
            if let Err(why) = runs(&command, shown.as_deref(), home.path(), &mut folder) {
                return failed(format!("{command}\n{why}"));
            }
        }
    }
    Ok(())
}

/// Runs a command, which prints what is shown, if anything is; it fails where that has a line of masque's own.
fn runs(command: &str, shown: Option<&[&str]>, home: &Path, folder: &mut PathBuf) -> Result<(), String> {
    let program = Path::new(env!("CARGO_BIN_EXE_masque")).parent().unwrap().to_owned();
    let path = env::join_paths([program].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap()))).unwrap();
    let script = format!("exec 2>&1; trap 'pwd > \"$HOME/folder\"' EXIT\n{command}");
    let output = Command::new("sh")
        .args(["-euc", &script])
        .current_dir(&folder)
        .envs([("PATH", path.as_os_str()), ("HOME", home.as_os_str()), ("HF_HUB_OFFLINE", "1".as_ref())])
        .stdin(Stdio::null())
        .output()
        .map_err(|why| why.to_string())?;
    *folder = fs::read_to_string(home.join("folder")).unwrap().trim_end().into();
    let printed = String::from_utf8_lossy(&output.stdout);
    let refused = shown.is_some_and(|shown| shown.iter().any(|line| line.starts_with("masque: ")));
    if output.status.success() == refused {
        return Err(format!("{}: {printed}", output.status));
    }
    match shown {
        Some(shown) if !shows(shown, &printed.lines().collect::<Vec<_>>()) => Err(format!("it prints\n{printed}")),
        _ => Ok(()),
    }
}

/// Whether what a block calls is there: targets of `make`, files of the tree, flags of load generators; and, where it is not run,
/// masque's requests.
fn is_sound(block: &Block) -> Result<(), String> {
    let text: String = match block.language.as_str() {
        "sh" => block.text.clone(),
        _ => block.commands().into_iter().map(|(command, _)| command + "\n").collect(),
    };
    let makefile = fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let has_target = |target: &str| makefile.lines().any(|row| row.starts_with(&format!("{target}:")));
    for words in commands(&text) {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        if block.not_run.is_some() {
            is_taken(&words).map_err(|why| format!("{}: {why}", words.join(" ")))?;
        }
        match words.as_slice() {
            ["make", targets @ ..] => {
                let targets = targets.iter().filter(|word| !word.contains('='));
                if let Some(target) = targets.copied().find(|target| !has_target(target)) {
                    return Err(format!("there is no target {target}"));
                }
            }
            [program, ..] if program.starts_with("deploy/") && !Path::new(ROOT).join(program).exists() => {
                return Err(format!("there is no {program}"));
            }
            _ => known_to_peers(&words, &peer_flags())?,
        }
    }
    Ok(())
}

/// Whether masque takes the request that stands somewhere in a command, or that `deploy/slurm/submit` passes on.
fn is_taken(words: &[&str]) -> Result<(), String> {
    let program = Cli::command();
    let begins = |pair: &[&str]| {
        pair[0].ends_with("masque") && program.get_subcommands().any(|command| command.get_name() == pair[1])
    };
    let request = match words {
        ["deploy/slurm/submit", _, to, flags @ ..] => [&["masque", "generate", "--output", *to], flags].concat(),
        _ => match words.windows(2).position(begins) {
            Some(place) => words[place..].to_vec(),
            None => return Ok(()),
        },
    };
    let end = request.iter().position(|word| ["|", ">", "&&", "||"].contains(word)).unwrap_or(request.len());
    match Typed::new(request[..end].iter().map(Into::into).collect()).read() {
        Err(Stop::Refuse(why)) => Err(why.to_string()),
        Err(Stop::Show(_)) | Ok(_) => Ok(()),
    }
}

fn peer_flags() -> Tools {
    let mut tools = Tools::new();
    for line in include_str!("peer_flags.txt").lines() {
        let (tool, names) = line.split_once(' ').unwrap();
        tools.entry(tool).or_default().push(names.split(' ').collect());
    }
    tools
}

/// Whether a load generator that is called here knows the flags.
fn known_to_peers(words: &[&str], tools: &Tools) -> Result<(), String> {
    let tool = match words {
        ["aiperf", "profile", ..] => "aiperf",
        ["vllm", "bench", "serve", ..] => "vllm",
        ["guidellm", "run", ..] => "guidellm",
        ["python", "-m", "sglang.benchmark.serving", ..] => "sglang",
        _ => return Ok(()),
    };
    let is_known = |flag: &str| tools[tool].iter().flatten().any(|name| *name == flag);
    match words.iter().find(|word| word.starts_with("--") && !is_known(word)) {
        Some(flag) => Err(format!("{tool} has no {flag}")),
        None => Ok(()),
    }
}

fn every_page_is_in_the_book() -> Outcome {
    let summary = Page::read(Path::new(ROOT), "docs/SUMMARY.md");
    let listed: BTreeSet<_> = summary.links().iter().map(|(_, link)| resolved(&summary.path, link)).collect();
    let missing = paths().into_iter().filter(|path| *path != summary.path && !listed.contains(path));
    judge(missing.map(|path| format!("{} is not in it", path.display())).collect())
}

/// Where a relative link of a page leads, from the root of the tree.
fn resolved(page: &Path, link: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in page.parent().unwrap().join(link).components() {
        match part {
            Component::ParentDir => _ = path.pop(),
            part => path.push(part),
        }
    }
    path
}

/// Links lead to what is in the tree, and in the book as `make docs` puts it together; anchors to a heading.
fn every_link_leads_somewhere() -> Outcome {
    let in_the_book = |path: &Path| {
        path.starts_with("docs") || path.starts_with("deploy") || AT_ROOT.iter().any(|name| path == Path::new(name))
    };
    let pages = all_pages();
    let mut faults = Vec::new();
    for page in &pages {
        for (line, link) in page.links().into_iter().filter(|(_, link)| !link.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let path = if file.is_empty() { page.path.clone() } else { resolved(&page.path, file) };
            let target = pages.iter().find(|page| page.path == path);
            let has_anchor = |anchor| target.is_some_and(|page| page.anchors().iter().any(|it| it == anchor));
            if !Path::new(ROOT).join(&path).exists() || !in_the_book(&path) || !anchor.is_none_or(has_anchor) {
                faults.push(format!("{}: {link}", page.at(line)));
            }
        }
    }
    judge(faults)
}

/// Every name of every flag of a command.
fn names(command: &clap::Command) -> impl Iterator<Item = String> {
    command.get_arguments().flat_map(|arg| {
        let long = arg.get_long_and_visible_aliases().unwrap_or_default();
        let short = arg.get_short_and_visible_aliases().unwrap_or_default();
        let long = long.into_iter().map(|name| format!("--{name}"));
        long.chain(short.into_iter().map(|name| format!("-{name}"))).collect::<Vec<_>>()
    })
}

fn is_flag(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic))
}

/// Flags in the text of our pages are masque's, or a load generator's; the map of flags is looked at by itself.
fn every_flag_is_there() -> Outcome {
    let ours: BTreeSet<_> = Cli::command().get_subcommands().flat_map(names).collect();
    let tools = peer_flags();
    let theirs: BTreeSet<_> = tools.values().flatten().flatten().copied().chain(OF_OTHERS).chain(["--help"]).collect();
    let pages = all_pages();
    let pages =
        pages.iter().filter(|page| !["docs/flags.md", "CHANGELOG.md"].iter().any(|it| page.path == Path::new(it)));
    let mut faults = Vec::new();
    for page in pages {
        for (line, _, code) in page.code() {
            let flags = code.split_whitespace().filter_map(|word| word.split('=').next());
            let unknown = flags.filter(|flag| is_flag(flag) && !ours.contains(*flag) && !theirs.contains(flag));
            faults.extend(unknown.map(|flag| format!("{}: {flag}", page.at(line))));
        }
    }
    judge(faults)
}

fn readers_know_the_flags_of_formats_commands() -> Outcome {
    let tools = peer_flags();
    let of = |command: &str| known_to_peers(&command.split(' ').collect::<Vec<_>>(), &tools);
    judge(FORMATS.iter().filter_map(|row| of(row.command).err().map(|why| format!("{}: {why}", row.name))).collect())
}

fn every_format_is_told_of() -> Outcome {
    let page = Page::read(Path::new(ROOT), "docs/formats.md");
    let code = page.code();
    let told = |name: &str| code.iter().any(|(_, _, code)| *code == name);
    judge(FORMATS.iter().filter(|row| !told(row.name) || !told(row.file)).map(|row| row.name.to_owned()).collect())
}

/// What is wrong with a row of the map of flags.
fn row_faults(row: &Row<'_>, ours: &BTreeSet<String>) -> Vec<String> {
    let [theirs, masque, reason] = row.cells.as_slice() else { return vec!["it has not three cells".into()] };
    let missing = |names: &str| -> Vec<_> {
        code(names).filter(|name| !ours.contains(*name)).map(|name| format!("masque has no {name}")).collect()
    };
    match *masque {
        "the same" => missing(theirs),
        "none" | "sends" if reason.is_empty() => vec!["it does not say why".into()],
        "none" | "sends" => Vec::new(),
        flags if code(flags).next().is_none() => vec![format!("{flags:?} is no flag")],
        flags => missing(flags),
    }
}

/// Each flag of each tool has its place, one row at most, and none is there that the tool has not; those of masque's exist.
fn the_map_of_flags_is_whole() -> Outcome {
    let page = Page::read(Path::new(ROOT), "docs/flags.md");
    let ours: BTreeSet<_> = names(Cli::command().find_subcommand("generate").unwrap()).collect();
    let tools = peer_flags();
    let mut faults = Vec::new();
    for (heading, tool) in MAPPED {
        let (rows, known) = (page.rows(heading), &tools[tool]);
        assert!(rows.len() > 20, "{heading}: {} rows", rows.len());
        for row in &rows {
            faults.extend(row_faults(row, &ours).into_iter().map(|why| format!("{}: {why}", page.at(row.line))));
        }
        let in_rows: Vec<_> = rows.iter().flat_map(|row| code(row.cells[0]).map(|name| (row.line, name))).collect();
        let in_text = page
            .code()
            .into_iter()
            .filter(|(line, below, _)| *below == heading && rows.iter().all(|row| row.line != *line));
        let in_text = in_text.flat_map(|(line, _, code)| code.split(' ').map(move |name| (line, name)));
        let in_text = in_text.filter(|(_, name)| name.starts_with('-') || name.starts_with("synthetic_"));
        let told: Vec<_> = in_rows.iter().copied().chain(in_text).collect();
        for (line, name) in &told {
            if !known.iter().flatten().any(|known| fits(name, known, '*')) {
                faults.push(format!("{}: {heading} has no {name}", page.at(*line)));
            }
        }
        for name in known.iter().flatten() {
            if !told.iter().any(|(_, told)| fits(told, name, '*')) {
                faults.push(format!("{heading}: {name} has no place"));
            }
            if in_rows.iter().filter(|(_, told)| told == name).count() > 1 {
                faults.push(format!("{heading}: {name} has several"));
            }
        }
    }
    judge(faults)
}
