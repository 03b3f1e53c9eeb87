//! One write, and what its refusal means where approvals are at work.

use super::execute::Executor;
use super::journal::Approval;
use super::object::{Object, Trouble};
use crate::graph::{Error, Turn, Write};
use crate::plan::Step;
use crate::tenant::PROFILES;

/// What became of a write that was refused.
enum Refused {
    /// It is not done.
    For(Trouble),
    /// It was approved in an earlier run, with this code.
    ButApproved(String),
}

impl Object<'_, '_> {
    /// Sends a step. A creation is not repeated; everything else may be. Where a second administrator has to approve, the
    /// step is sent with a justification first, and with the code of its approval afterwards.
    pub(super) async fn send(&self, turn: Turn, id: &str, step: &Step) -> Result<serde_json::Value, Trouble> {
        let Self { executor, change, .. } = self;
        let (method, path) = step.request();
        let path = format!("{PROFILES}{}", path.replace("{id}", id));
        let approval = Approval::of(executor.tenant_id, executor.owner, &change.key, method, &path, step.body());
        // The digest tells this write from the same object's other ones.
        let justification =
            format!("{} ({} of {}, {})", executor.justification, change.key, executor.owner, approval.digest());
        let mut code = executor.journal.approval(&approval);
        let mut turn = Some(turn);
        loop {
            let header = match &code {
                Some(code) => ("x-msft-approval-code", code.clone()),
                None => ("x-msft-approval-justification", base64(&justification)),
            };
            let write = Write { method, path: &path, body: step.body(), headers: &[header] };
            let turn = match turn.take() {
                Some(turn) => turn,
                None => executor.client.turn().await,
            };
            match executor.client.write(turn, write).await {
                Ok(body) => {
                    self.written.set(true);
                    if code.is_some() {
                        executor.journal.forget(&approval)?;
                    }
                    return Ok(body);
                }
                Err(error) => match self.refused(error, &approval, code.take(), &justification).await? {
                    Refused::For(trouble) => return Err(trouble),
                    Refused::ButApproved(approved) => code = Some(approved),
                },
            }
        }
    }

    /// What a refusal means where approvals are at work.
    async fn refused(
        &self,
        error: Error,
        approval: &Approval,
        sent: Option<String>,
        justification: &str,
    ) -> Result<Refused, Trouble> {
        let Executor { journal, client, .. } = self.executor;
        if let Some(code) = sent.filter(|_| !error.outcome_unknown()) {
            let trouble = match super::approval::read(client, &code).await? {
                Some(request) if request.status == "needsApproval" => Trouble::Approval(code),
                Some(request) if request.is_over() => {
                    journal.forget(approval)?;
                    Trouble::Other(format!(
                        "the request for approval {code} was {}; the next apply asks for approval again",
                        request.status
                    ))
                }
                _ => {
                    journal.forget(approval)?;
                    Trouble::Graph(error)
                }
            };
            return Ok(Refused::For(trouble));
        }
        if error.approval().is_none() && !error.is_open_approval() {
            return Ok(Refused::For(Trouble::Graph(error)));
        }
        let earlier = super::approval::find(client, [justification, &base64(justification)]).await?;
        match (earlier, error.approval()) {
            (Some(request), _) if request.status == "approved" => Ok(Refused::ButApproved(request.id)),
            (_, Some(code)) => {
                journal.remember(approval, code)?;
                Ok(Refused::For(Trouble::Approval(code.to_string())))
            }
            (Some(request), None) => {
                journal.remember(approval, &request.id)?;
                Ok(Refused::For(Trouble::Approval(request.id)))
            }
            (None, None) => Ok(Refused::For(Trouble::Graph(error))),
        }
    }
}

/// As approvals want their justification (Microsoft Learn, Multi Admin Approval with Microsoft Graph).
fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
