//! What inference servers take, and what of a request or of a dataset would fail there: each thing by the field that makes it so, with what
//! would work. SERVERS has a row for each; a check is one function of a row and of what there is. Nothing is asked of a server.

mod check;
mod request;
mod rows;

pub use check::{Delivery, Medium, Objection, of_body};
pub use request::check_request;
pub use rows::{SERVERS, Server};

use crate::error::{Error, Result};

/// The word that stands for every server.
pub const ALL: &str = "all";

/// The rows of these names, each once.
///
/// # Errors
/// [`Error::Request`] when there is no such server.
pub fn named(names: &[String]) -> Result<Vec<&'static Server>> {
    let known = |name: &String| name == ALL || SERVERS.iter().any(|row| row.name == *name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let rows: Vec<_> = SERVERS.iter().map(|row| row.name).chain([ALL]).collect();
        return Err(Error::request(
            "servers",
            format!("there is no server {name}"),
            format!("give {}", rows.join(", ")),
        ));
    }
    Ok(SERVERS.iter().filter(|row| names.iter().any(|name| name == ALL || name == row.name)).collect())
}
