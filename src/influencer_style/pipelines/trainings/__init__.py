"""What the pipelines that train share: parameters, bases, folders in which trainings continue, nodes, pipelines."""
