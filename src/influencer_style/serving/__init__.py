"""The server: a queue in front of one model, and the models as MLflow serves them."""
