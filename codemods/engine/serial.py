from codemods.review.schema import dump  # noqa
