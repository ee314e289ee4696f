"""Our Kedro datasets, each imported when it is needed: the catalog names `influencer_style.datasets.<Class>`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "atomic": [
            *("AtomicCSVDataset", "AtomicJSONDataset", "AtomicParquetDataset", "AtomicTextDataset"),
            "ManifestDataset",
        ],
        "base": ["BaseDataset", "SynthesisBaseDataset"],
        "face_store": ["FaceStoreDataset"],
        "folder": ["FolderDataset", "WorkFolderDataset"],
        "looks": ["LookProfilesDataset", "StyleEncoderDataset"],
        "photo_source": ["PhotoSourceDataset"],
        "picture": ["PictureDataset"],
        "previous": ["OptionalDataset", "PreviousDataset"],
        "registered_generator": ["RegisteredGeneratorDataset", "RegisteredSynthesisDataset"],
    },
)
