//! A process that is killed loses nothing that it acknowledged. The process is this test, started a second time.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use store::{MasterKey, McpServerId, Store};

use crate::database::{TestDatabase, at, connected, new_server};

const URL: &str = "TIDEGATE_TEST_URL_OF_VICTIM";
const ACKNOWLEDGED: &str = "acknowledged ";

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_acknowledged() {
    if let Some(url) = std::env::var_os(URL) {
        return create_until_killed(url.to_str().unwrap()).await;
    }
    let database = TestDatabase { key: key().into(), ..TestDatabase::sqlite() };
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "durability::a_killed_process_loses_nothing_that_it_acknowledged"])
        .env(URL, &database.url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut acknowledged: Vec<String> = lines.by_ref().filter(|line| line.starts_with(ACKNOWLEDGED)).take(300).collect();
    victim.kill().unwrap();
    victim.wait().unwrap();
    let complete = acknowledged[0].len();
    // What it said between the last line read and its death counts too; the last line may be broken off.
    acknowledged.extend(lines.filter(|line| line.starts_with(ACKNOWLEDGED) && line.len() == complete));

    let store = database.open().await;
    let environment = store.environments().first().await.unwrap().unwrap();
    for line in acknowledged {
        let id: McpServerId = line[ACKNOWLEDGED.len()..].parse().unwrap();
        assert!(store.mcp_servers().get(environment.id, id).await.unwrap().is_some(), "{id} is lost");
    }
}

async fn create_until_killed(url: &str) {
    let store = Store::open(url, &key()).await.unwrap();
    let (environment, account, ..) = connected(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            loop {
                let created = store.mcp_servers().create(environment.id, account.id, new_server("x"), at(3)).await;
                println!("{ACKNOWLEDGED}{}", created.unwrap().unwrap().0.id);
            }
        });
    }
    tasks.join_all().await;
}

fn key() -> MasterKey {
    MasterKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap()
}
