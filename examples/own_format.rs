//! A dataset in a format of one's own: records made ahead by worker threads, written in order as a CSV file and WAV files.
//!
//!     cargo run --release --example own_format -- dictation

use std::fs;
use std::path::PathBuf;

use masque::{AudioSpec, Distribution, Generator, Seed, Spec, TextSpec};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).unwrap_or_else(|| "dictation".into()).into();
    let mut spec = Spec::default();
    (spec.seed, spec.records) = (Seed(42), 20);
    spec.text = Some(TextSpec::new(Distribution::fixed(32.0)));
    spec.audio = Some(AudioSpec::new(Distribution::normal(2.0, 0.5).between(1.0, 3.0)));

    fs::create_dir(&folder)?;
    let mut table = "index,tokens,audio,sha256,prompt\n".to_owned();
    for record in Generator::new(spec)?.records(0..20)? {
        let record = record?;
        let (turn, index) = (&record.turns[0], record.index);
        let (prompt, audio) = (&turn.prompts[0], &turn.audios[0]);
        let file = format!("{index:03}.wav");
        fs::write(folder.join(&file), audio.bytes())?;
        let text = prompt.text.replace('"', "\"\"");
        table += &format!("{index},{},{file},{},\"{text}\"\n", prompt.tokens, audio.payload.sha256);
    }
    fs::write(folder.join("index.csv"), table)?;
    Ok(())
}
