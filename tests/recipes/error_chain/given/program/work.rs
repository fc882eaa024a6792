use error_chain::{bail, ensure, ChainedError};

use crate::errors::*;

fn message() -> String {
    "made by a function".to_owned()
}

pub fn run(what: &str) -> Result<()> {
    match what {
        "braces" => bail!("braces {} stay {what}"),
        "text" => bail!("text {}", what),
        "made" => bail!(message()),
        "small" => ensure!(what.len() > 10, "small {}"),
        "little" => ensure!(what.len() > 10, "little: {} {:>6}", what.len(), what),
        "number" => {
            what.parse::<u32>().chain_err(|| "not a number")?;
        }
        "option" => {
            let text = String::from("nothing there");
            None::<u8>.chain_err(|| &text[..])?;
        }
        "function" => {
            std::fs::read("/no/such/file").chain_err(message)?;
        }
        "block" => {
            std::fs::read("/no/such/file").chain_err(|| {
                let name = "block";
                format!("in a {}", name)
            })?;
        }
        "deep" => {
            run("number").chain_err(|| "deeper")?;
        }
        _ => {
            what.parse::<u32>()?;
            std::fs::read("/no/such/file")?;
        }
    }
    Ok(())
}

pub fn report(what: &str) {
    if let Err(error) = run(what) {
        print!("{}", error.display_chain());
        println!("{} / {:>10}|", error, error);
    }
}
