//! Sends requests to the process that serves a sandbox, when the folder is locked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::control;
use crate::folder::StateFolder;
use crate::sandbox::error::Error;
use crate::sandbox::tenant::files;

/// In bytes.
const LARGEST_ANSWER: u64 = 16 << 20;
/// The timeout for the other process.
const PATIENCE: Duration = Duration::from_secs(10);

/// In bytes.
pub(crate) const LONGEST_URL: usize = 200;

/// Sends one request to the process that serves the sandbox, and returns the lines of its answer. HTTP is written by hand,
/// because nothing else in the sandbox is a client.
pub(crate) fn ask(folder: &StateFolder, method: &str, path: &str) -> Result<Vec<String>, Error> {
    let url = folder.read(files::SERVED, LONGEST_URL)?.unwrap_or_default();
    let url = String::from_utf8_lossy(&url).into_owned();
    let unreachable = |reason: String| Error::Unreachable { url: url.clone(), reason };
    // The file may have come with the repository, so it decides the port and nothing else.
    let host = url.strip_prefix("http://").and_then(|host| host.parse().ok());
    let host = host.filter(|host: &SocketAddr| host.ip().is_loopback());
    let host = host.ok_or_else(|| unreachable("this is not an address of a served sandbox".into()))?;
    let answer = exchange(host, method, path).map_err(|error| unreachable(error.to_string()))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body: Value = serde_json::from_str(body).map_err(|error| unreachable(error.to_string()))?;
    let lines = body["approvals"].as_array().ok_or_else(|| unreachable(body.to_string()))?;
    Ok(lines.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn exchange(host: SocketAddr, method: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let root = control::ROOT;
    write!(stream, "{method} {root}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LARGEST_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}
