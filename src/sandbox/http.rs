//! Requests and answers: how Graph is spoken over HTTP, and which path is what ([`routes`]).

pub(crate) mod answer;
pub(crate) mod batch;
pub(crate) mod call;
pub(crate) mod control;
pub(crate) mod control_client;
pub(crate) mod counters;
pub(crate) mod delivery;
pub(crate) mod exchange;
pub(crate) mod filter;
pub(crate) mod listing;
pub(crate) mod page_link;
pub(crate) mod permissions;
pub(crate) mod query;
pub(crate) mod quota;
pub(crate) mod request;
pub(crate) mod routes;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod shared_service;
pub(crate) mod tokens;
pub(crate) mod wire;
