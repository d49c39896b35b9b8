//! The scripts of deploy/slurm on a real Slurm, where there is one: see tests/slurm.sh.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says what it leaves out")]

use std::process::Command;

#[test]
fn parts_are_made_on_a_cluster_that_loses_a_node() {
    let has =
        |program: &str| Command::new("sh").args(["-c", &format!("command -v {program}")]).status().unwrap().success();
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !root || !has("slurmctld") || !has("munged") {
        println!("not tested: it takes root, slurm-wlm and munge");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slurm.sh");
    let output = Command::new("bash").args([script, env!("CARGO_BIN_EXE_masque")]).output().unwrap();
    if output.status.code() == Some(77) {
        println!("not tested: no Slurm can be started here: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{said:?}");
}
