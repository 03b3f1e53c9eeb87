//! Sends requests to the process that serves a sandbox, when the folder is locked.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::control;
use crate::sandbox::error::{Error, file};
use crate::sandbox::tenant::files;

/// The timeout for the other process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends one request to the process that serves the sandbox, and returns the lines of its answer. HTTP is written by hand,
/// because nothing else in the sandbox is a client.
pub(crate) fn ask(folder: &Path, method: &str, path: &str) -> Result<Vec<String>, Error> {
    let place = files::served(folder);
    let url = fs::read_to_string(&place).map_err(file("read", &place))?;
    let unreachable = |reason: String| Error::Unreachable { url: url.clone(), reason };
    let host = url.strip_prefix("http://").unwrap_or(&url).to_owned();
    let answer = exchange(&host, method, path).map_err(|error| unreachable(error.to_string()))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body: Value = serde_json::from_str(body).map_err(|error| unreachable(error.to_string()))?;
    let lines = body["approvals"].as_array().ok_or_else(|| unreachable(body.to_string()))?;
    Ok(lines.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn exchange(host: &str, method: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let root = control::ROOT;
    write!(stream, "{method} {root}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
