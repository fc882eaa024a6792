pub fn show(error: &(dyn std::error::Error + Send + Sync + 'static)) {
    let mut causes = vec![error.to_string()];
    let mut at = error.source();
    while let Some(cause) = at {
        causes.push(cause.to_string());
        at = cause.source();
    }
    println!("{} | {:9} | {:?}", causes.join(" < "), error, error);
}
