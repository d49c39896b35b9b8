//! Pages of Markdown, as far as the tests of the documentation look into them: blocks of code, links, headings, code within a line,
//! tables. Knows nothing of what masque does.

use std::fs;
use std::path::{Path, PathBuf};

/// A page.
pub(crate) struct Page {
    /// Its path from the root of the tree.
    pub(crate) path: PathBuf,
    pub(crate) blocks: Vec<Block>,
    /// Lines of text outside of blocks, each with its number.
    lines: Vec<(usize, String)>,
}

/// A block of code between fences.
pub(crate) struct Block {
    /// The number of its first line.
    pub(crate) line: usize,
    pub(crate) language: String,
    pub(crate) text: String,
    /// Why it is not run, where a comment above it says so.
    pub(crate) not_run: Option<String>,
}

/// A row of a table.
pub(crate) struct Row<'a> {
    pub(crate) line: usize,
    pub(crate) cells: Vec<&'a str>,
}

impl Page {
    pub(crate) fn read(root: &Path, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let text = fs::read_to_string(root.join(&path)).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let (mut blocks, mut lines) = (Vec::<Block>::new(), Vec::new());
        let (mut open, mut last) = (false, "");
        for (line, text) in (1..).zip(text.lines()) {
            let fence = text.trim_start().strip_prefix("```");
            match (open, fence) {
                (false, Some(language)) => {
                    let not_run = last.strip_prefix("<!-- not run:").and_then(|rest| rest.strip_suffix("-->"));
                    let not_run = not_run.map(|reason| reason.trim().to_owned());
                    blocks.push(Block { line, language: language.into(), text: String::new(), not_run });
                    open = true;
                }
                (true, Some(_)) => open = false,
                (true, None) => blocks.last_mut().unwrap().text += &format!("{text}\n"),
                (false, None) => lines.push((line, text.to_owned())),
            }
            last = text.trim();
        }
        assert!(!open, "{}: a block does not end", path.display());
        Self { path, blocks, lines }
    }

    /// A place on it, for people.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// What its headings are linked by.
    pub(crate) fn anchors(&self) -> Vec<String> {
        self.lines.iter().filter_map(|(_, text)| heading(text)).map(anchor).collect()
    }

    /// Code within lines, each with its line's number, and the heading of the second rank that it is below.
    pub(crate) fn code(&self) -> Vec<(usize, &str, &str)> {
        let (mut below, mut found) = ("", Vec::new());
        for (line, text) in &self.lines {
            below = text.strip_prefix("## ").unwrap_or(below);
            found.extend(code(text).map(|code| (*line, below, code)));
        }
        found
    }

    /// Rows of the table below a heading of the second rank, but for its head.
    pub(crate) fn rows(&self, below: &str) -> Vec<Row<'_>> {
        let begins = |(_, text): &&(usize, String)| text.strip_prefix("## ") != Some(below);
        let section = self.lines.iter().skip_while(begins).skip(1).take_while(|(_, text)| !text.starts_with("## "));
        let rows = section.filter(|(_, text)| text.starts_with('|'));
        // The head, and the line below it.
        rows.skip(2).map(|(line, text)| Row { line: *line, cells: cells(text) }).collect()
    }

    /// Where links and pictures lead, each with its line's number.
    pub(crate) fn links(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        for (line, text) in &self.lines {
            let starts = text.match_indices("](").map(|(start, _)| start + 2).filter(|start| !in_code(text, *start));
            found.extend(starts.filter_map(|start| Some((*line, text[start..].split_once(')')?.0))));
        }
        found
    }
}

/// The cells of a table's row, in which `\|` is no border.
fn cells(row: &str) -> Vec<&str> {
    let borders = row.match_indices('|').map(|(place, _)| place).filter(|place| !row[..*place].ends_with('\\'));
    let borders: Vec<_> = borders.collect();
    borders.windows(2).map(|pair| row[pair[0] + 1..pair[1]].trim()).collect()
}

/// Code between backticks.
pub(crate) fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn in_code(text: &str, place: usize) -> bool {
    text[..place].matches('`').count() % 2 == 1
}

fn heading(text: &str) -> Option<&str> {
    let title = text.trim_start_matches('#');
    (title.len() < text.len()).then(|| title.strip_prefix(' ')).flatten()
}

/// As both mdBook and GitHub make it: in small letters, with hyphens for blanks, without marks.
fn anchor(title: &str) -> String {
    let kept = title.trim().chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
    kept.flat_map(char::to_lowercase).map(|it| if it == ' ' { '-' } else { it }).collect()
}

impl Block {
    /// Commands with the output that is shown below each: of `console`, one for each `$`, which goes on behind a `\`; of `sh`, the
    /// whole, of which nothing is shown.
    pub(crate) fn commands(&self) -> Vec<(String, Option<Vec<&str>>)> {
        if self.language == "sh" {
            return vec![(self.text.clone(), None)];
        }
        let mut commands: Vec<(String, Option<Vec<&str>>)> = Vec::new();
        for line in self.text.lines() {
            match (line.strip_prefix("$ "), commands.last_mut()) {
                (Some(command), _) => commands.push((command.to_owned(), Some(Vec::new()))),
                (None, Some((command, Some(shown)))) if shown.is_empty() && command.ends_with('\\') => {
                    *command += &format!("\n{line}");
                }
                (None, Some((_, Some(shown)))) => shown.push(line),
                (None, _) => panic!("no command has printed this line: {line}"),
            }
        }
        commands
    }
}

/// A shell's commands, a line each, in words without quotes and comments.
pub(crate) fn commands(text: &str) -> Vec<Vec<String>> {
    text.replace("\\\n", " ").lines().map(words).filter(|words| !words.is_empty()).collect()
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars().chain([' ']) {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words
}

/// Whether a text is what the pattern says, in which `hole` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str, hole: char) -> bool {
    let Some((head, rest)) = pattern.split_once(hole) else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    let mut ends = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    ends.any(|place| fits(rest, &text[place..], hole))
}

/// Whether lines are what is shown: `…` in a line stands for anything, a line of it for any number of lines.
pub(crate) fn shows(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"…", rest)) => (0..=printed.len()).any(|skipped| shows(rest, &printed[skipped..])),
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, printed)| fits(line.trim_end(), first.trim_end(), '…') && shows(rest, printed)),
    }
}
